"""What the file held, and what was done to it before the model saw it."""

from recon_studio.state.app_state import UPS, AppState, Prepared
from recon_studio.views.parts import Card, Facts, label


class InputPanel(Card):
    """Facts about the current cloud."""

    def __init__(self) -> None:
        super().__init__("Input")
        self.facts = Facts(
            (
                ("Format", "How the file is written."),
                ("Held", "Points, or vertices and faces, really in the file."),
                ("Extent", "Size along x, y and z, in the file's units."),
                ("With", "What each point carries besides its place."),
                ("Model sees", "Points sampled for the model, and the patches they are cut into."),
                ("Up", "Which direction of the file is up, as the model judges it; the cloud is stood up accordingly."),
                ("Scale", "Length in the file's units that became 1 for the model."),
            )
        )
        self.notes = label("", "small")
        self.notes.setWordWrap(True)
        self.hint = label("Nothing is open.", "small")
        for widget in (self.facts, self.notes, self.hint):
            self.body.addWidget(widget)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        if (
            old is not None
            and old.cloud is new.cloud
            and old.prepared is new.prepared
            and old.items == new.items
            and old.current == new.current
        ):
            return
        cloud, prepared = new.cloud, new.prepared
        item = next((item for item in new.items if item.key == new.current), None)
        failed = item is not None and item.status == "failed"
        self.facts.setVisible(cloud is not None)
        self.hint.setVisible(cloud is None and not failed)
        self.notes.setVisible(cloud is not None or failed)
        self.hint.setText("Nothing is open." if item is None else "Reading…")
        self.notes.setText(item.sentence if item is not None and failed else "")
        if cloud is None:
            return
        self.facts.set_value("Format", cloud.format)
        faces = f", {cloud.face_count:,} faces" if cloud.face_count else ""
        self.facts.set_value("Held", f"{cloud.vertex_count:,} {'vertices' if cloud.kind == 'mesh' else 'points'}{faces}")
        self.facts.set_value("Extent", " × ".join(f"{high - low:.3g}" for low, high in zip(*cloud.bounds, strict=True)))
        carried = [
            name for name, held in (("colours", cloud.colours), ("normals", cloud.normals), ("parts", cloud.parts)) if held is not None
        ]
        self.facts.set_value("With", ", ".join(carried) or "coordinates only")
        if prepared is None:
            self.facts.set_value("Model sees", "")
            self.facts.set_value("Up", "")
            self.facts.set_value("Scale", "")
        else:
            groups, size = prepared.members.shape
            self.facts.set_value(
                "Model sees", f"{len(prepared.points):,} points", f"{len(prepared.points):,} points in {groups} patches of {size}"
            )
            self.facts.set_value("Up", up_in_words(prepared))
            self.facts.set_value("Scale", f"{prepared.scale:.4g}")
        done = (*cloud.notes, *(prepared.notes if prepared is not None else ()))
        self.notes.setText("\n".join(f"• {note}" for note in done))


def up_in_words(prepared: Prepared) -> str:
    """Names the direction that is up in the file and, where a model judged it, how sure that is."""
    if prepared.up_chances is None:
        return prepared.up
    return f"{prepared.up} ({float(prepared.up_chances[UPS.index(prepared.up)]):.0%} sure)"
