"""What a view can show and by what it can be coloured now, and why not. Pure, no Qt."""

from recon_studio.state.app_state import AppState
from recon_studio.state.view_state import OF_MODEL_B, ColourBy, Show

TITLES: dict[Show, str] = {
    "input": "Input",
    "seen": "Seen by the encoder",
    "rebuilt": "Reconstruction",
    "overlay": "Rebuilt over truth",
    "difference": "Difference to truth",
    "attention": "Attention",
    "rebuilt_b": "Reconstruction · model B",
    "contest": "Model A − model B",
}


def why_not_shown(state: AppState, show: Show) -> str:
    """Says why a view would stay empty; nothing where it would not."""
    if show in OF_MODEL_B and state.rival is None:
        return "Open a second model first: File › Open a model as B…"
    return ""


def why_not_coloured(state: AppState, show: Show, colour: ColourBy) -> str:
    """Says why a view cannot be coloured that way now; nothing where it can."""
    cloud, rebuilt = state.cloud, state.reconstruction
    if cloud is None:
        return "Open a cloud first."
    if colour == "rgb" and cloud.colours is None:
        return "The file holds no colours."
    if colour == "normal" and cloud.normals is None:
        return "The file holds no normals."
    if colour == "part" and cloud.parts is None:
        return "The file does not say to which part a point belongs."
    if colour in ("patch", "error", "attention") and state.prepared is None:
        return "The cloud is not cut into patches yet."
    if colour == "error" and show == "input" and (rebuilt is None or not len(rebuilt.chamfer)):
        return "Nothing is hidden, so nothing was rebuilt."
    if colour == "attention" and show != "attention" and state.explain.colouring == "attention" and state.attention is None:
        return "No token tells where it looks: there is no such token, or nothing was asked yet."
    return ""
