"""Invented names of institutions: made of tree, bird and landscape words, none taken from a real school."""

from __future__ import annotations

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    """
    Ābeļ Alkšņ Apš Balož Bērz Cīruļ Čakst Dzeguž Dzeņ Dzērv Egļ Gob Griež Gulb Irb Irbeņ Kārkl Ķirš Ķīv
    Kļav Krauķ Lakstīgal Lazd Liep Medņ Oš Ozol Paegļ Pīlādž Priež Rubeņ Slok Stārķ Strazd Vālodz Vanag
    Vārn Vīksn Vītol Zīl Zvirbuļ Žagat Žubīš
    """
)
SECOND = _words(
    """
    akmeņu avotu birzes dārzu ezeru gāršas gravas kalnu klinšu krastu lauku leju līču noru palienes pļavu
    salu sētu silu stūru strautu taku tiltu upmalas vārtu vēju viļņu
    """
)
# Compounds that are places or schools, or nearly so.
AVOIDED = set(
    _words(
        """
        Bērzlauku Kārklavotu Liepkalnu Liepsalu Ozolkalnu Ozolsalu Priežkalnu Vanagkalnu Zīlsalu Gulbsalu
        Irbsalu Liepupmalas
        """
    )
)

# Definite adjectives: the masculine genitive as it stands, the feminine one with -s.
ADJECTIVES = _words(
    """
    Apaļā Brīnumainā Ceļojošā Čaklā Dejojošā Dziedošā Dzirkstošā Klusā Laipnā Lēkājošā Līksmā Mirdzošā
    Modrā Mundrā Raibā Rāmā Rasotā Rotaļīgā Sapņainā Skanīgā Spulgā Staltā Straujā Sudrabainā Svilpojošā
    Šūpojošā Veiklā Virpuļojošā Ziņkārā Zibošā
    """
)
FEMININE = _words(
    """
    bezdelīdziņas cielaviņas dzērvītes dzilniņas gliemezītes kamenītes lapsiņas lakstīgaliņas mārītes
    pūcītes rasiņas skudriņas spārītes stirniņas vāverītes vizbulītes zīlītes zvaigznītes
    """
)
MASCULINE = _words(
    """
    āboliņa bebrīša bērziņa cīrulīša ezīša irbulēna kastanīša lācīša mākonīša ozoliņa pīlēna rubenīša
    sienāzīša strazdiņa taurenīša vējiņa zaķīša
    """
)


class Namer:
    """Hands out every invented word once, in an order that the seed decides."""

    def __init__(self, rng: np.random.Generator) -> None:
        compounds = [first + second for first in FIRST for second in SECOND]
        compounds = [word for word in compounds if word not in AVOIDED]
        self._compounds = [compounds[i] for i in rng.permutation(len(compounds))]
        nursery = [f"{adjective}s {noun}" for adjective in ADJECTIVES for noun in FEMININE]
        nursery += [f"{adjective} {noun}" for adjective in ADJECTIVES for noun in MASCULINE]
        self._nursery = [nursery[i] for i in rng.permutation(len(nursery))]

    def reserve(self, word: str) -> None:
        """Take a word out of the store, for institutions with a fixed name."""
        for store in (self._compounds, self._nursery):
            if word in store:
                store.remove(word)

    def name(self, kind: str, private: bool, variant: int) -> str:
        """The next free name for an institution type; `variant` chooses among the endings."""
        if kind == "preschool":
            return f"{self._nursery.pop()} {'privātā ' if private else ''}pirmsskola"
        endings = ENDINGS[kind]
        ending = endings[variant % len(endings)]
        if private and kind in ("primary", "basic", "secondary"):
            ending = f"privātā {ending}"
        return f"{self._compounds.pop()} {ending}"


ENDINGS = {
    "primary": ("sākumskola",),
    "basic": ("pamatskola",),
    "secondary": ("vidusskola", "vidusskola", "vidusskola", "vidusskola", "ģimnāzija"),
    "state_gymnasium": ("Valsts ģimnāzija",),
    "special": ("speciālā pamatskola", "attīstības centrs"),
    "vocational": (
        "tehnikums",
        "profesionālā vidusskola",
        "amatniecības vidusskola",
        "tehnoloģiju tehnikums",
    ),
    "orientation": ("mūzikas skola", "mākslas skola", "sporta skola"),
    "higher": ("augstskola", "koledža", "akadēmija", "universitāte", "koledža"),
}
