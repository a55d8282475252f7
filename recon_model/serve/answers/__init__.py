"""How the model role answers: one function a kind of request, a module a room of the window."""

from recon_model.serve.answers import bench, doctor, embedding, explain, replay, training, words
from recon_model.serve.answers.answer import Answer

ANSWERS: dict[type, Answer] = {
    **bench.ANSWERS,
    **explain.ANSWERS,
    **doctor.ANSWERS,
    **words.ANSWERS,
    **embedding.ANSWERS,
    **training.ANSWERS,
}
"""What answers each kind of request that is asked of a loaded model."""

PATIENT_ANSWERS: dict[type, explain.PatientAnswer] = {**explain.PATIENT_ANSWERS, **doctor.PATIENT_ANSWERS, **replay.PATIENT_ANSWERS}
"""What answers each long question, see ``messages.PATIENT``."""

__all__ = ["ANSWERS", "PATIENT_ANSWERS", "Answer"]
