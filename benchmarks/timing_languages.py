"""Speech in other languages: how far an English acoustic model goes.

`python benchmarks/timing.py --languages`. Italian and Catalan are said by festival
(Debian: festvox-italp16k, festvox-ca-ona-hts), which knows nothing of espeak-ng, whose
opinion of the sounds the aligner has. Spanish has no other free voice in Debian: there
espeak-ng speaks and guesses, so its figures are kinder than a person would be.
The sentences were written for this purpose.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import timing_data as data

#: Language tag: how it is spoken, noise in dB, the sentences.
SPOKEN: Final = {"it": "voice_lp_diphone", "ca": "voice_upc_ca_ona_hts", "es": "espeak-ng"}
TEXTS: Final = {
    "it": (
        "Buonasera a tutti e grazie di essere venuti.",
        "Questa sera racconto come abbiamo costruito la nostra prima automobile.",
        "Nel gennaio del 2021 nessuno di noi sapeva guidare un progetto simile.",
        "Qualcuno domandò che cosa sarebbe successo ai trentamila dipendenti.",
        "Non avevo una risposta.",
        "Sono tornato a casa a piedi, sotto la pioggia, e ho pensato tutta la notte.",
        "La mattina dopo ho chiamato i miei amici più vecchi.",
        "Uno di loro mi disse che era una pazzia.",
        "Un altro mi chiese soltanto quando si cominciava.",
        "Abbiamo provato 170 macchine in meno di un anno.",
        "Ogni sera scrivevamo quello che avevamo imparato.",
        "Il primo prototipo si fermò dopo tre chilometri.",
        "Il secondo arrivò fino al mare.",
        "Oggi vi chiedo solo una cosa: abbiate coraggio.",
    ),
    "ca": (
        "Bona tarda a tothom i gràcies per haver vingut.",
        "Avui us explico com vam construir el nostre primer cotxe.",
        "El gener del 2021 ningú de nosaltres sabia fer una cosa així.",
        "Algú va preguntar què passaria amb els trenta mil treballadors.",
        "Jo no tenia cap resposta.",
        "Vaig tornar a casa caminant sota la pluja i vaig pensar tota la nit.",
        "L'endemà al matí vaig trucar als amics més antics.",
        "Un d'ells em va dir que era una bogeria.",
        "Un altre només em va demanar quan començàvem.",
        "Vam provar cent setanta cotxes en menys d'un any.",
        "Cada vespre escrivíem el que havíem après.",
        "El primer prototip es va aturar al cap de tres quilòmetres.",
        "El segon va arribar fins al mar.",
        "Avui només us demano una cosa: tingueu coratge.",
    ),
    "es": (
        "Buenas tardes a todos y gracias por haber venido.",
        "Hoy les cuento cómo construimos nuestro primer automóvil.",
        "En enero de 2021 ninguno de nosotros sabía hacer algo así.",
        "Alguien preguntó qué pasaría con los treinta mil empleados.",
        "Yo no tenía ninguna respuesta.",
        "Volví a casa a pie, bajo la lluvia, y pensé toda la noche.",
        "A la mañana siguiente llamé a mis amigos más antiguos.",
        "Uno de ellos me dijo que era una locura.",
        "Otro solamente me preguntó cuándo empezábamos.",
        "Probamos 170 coches en menos de un año.",
        "Cada noche escribíamos lo que habíamos aprendido.",
        "El primer prototipo se detuvo a los tres kilómetros.",
        "El segundo llegó hasta el mar.",
        "Hoy solo les pido una cosa: tengan valor.",
    ),
}
SNR_DB: Final = 20


def missing(tag: str) -> str:
    """What is not installed for a language, or nothing."""
    if SPOKEN[tag] == "espeak-ng":
        return "" if shutil.which("espeak-ng") else "espeak-ng is not installed"
    known = Path("/usr/share/festival/voices").glob("*/*")
    wanted = SPOKEN[tag].removeprefix("voice_")
    return "" if any(p.name == wanted for p in known) else f"{wanted} is not installed"


def record(tag: str, sentences: int | None = None) -> data.Gold:
    """Sentences of a language, by default all, with pauses and noise, and their times."""
    texts = TEXTS[tag][:sentences]
    voice = SPOKEN[tag]
    made = _espeak(texts, tag) if voice == "espeak-ng" else _festival(texts, voice)
    return data.mixed(f"{tag} {voice.removeprefix('voice_')} 20 dB", texts, made, SNR_DB, 6)


def _festival(texts: Sequence[str], voice: str) -> list[tuple[data.Samples, int, int]]:
    with tempfile.TemporaryDirectory() as name:
        return data.festival(texts, voice, Path(name), "iso-8859-15")


def _espeak(texts: Sequence[str], tag: str) -> list[tuple[data.Samples, int, int]]:
    """espeak-ng tells no times: the first and the last sound over 1 % of the loudest."""
    made = []
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "x.wav"
        for text in texts:
            subprocess.run(["espeak-ng", "-v", tag, "-w", str(out), text], check=True)
            samples = data.read_wav(out)
            loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
            made.append((samples, int(loud[0]), int(loud[-1])))
    return made
