"""What the words of deadlines look like side by side: patterns over the class letters of `words.py`.

The first that matches at a place wins, so that order matters: «2-3 раза в год» must come before a bare number.
"""

import re

_GG = r"(?:\.?g\.?)*"
# A year after a month, quarter or day: «2022/2023 учебного года», «2022 г.», «22 г.», «текущего учебного года».
_YS = (
    rf"(?:\.?,?b?(?:y[-/][yn]\.?f*U{_GG}|y/[yn]{_GG}|y(?:-?\^)?{_GG}|n\.?g\.?(?:g\.?)*|[GFL]f*U?\.?g\.?"
    rf"|U\.?g\.?y[-/][yn]{_GG}|U\.?g\.?))"
)
_NUM = r"(?:[or]|nr|n(?:-?\^)?)"
_UNIT = r"[gMqWZhct]"

# (name of the rule, pattern). Order matters.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"y[-.]n[-.]n(?!\.n)"),
    ("clock", r"[bs]?n:n(?::n)?(?:[-dp]n:n)?J?\.?|bn\.n(?=J)J|b?nJ\.?(?:nf)?"),
    ("dash_clock", r"b?n-n(?![-./,mMyQ^qhHDWUgTirode])"),
    ("figures", rf"n[./,]n[./,]?y{_GG}|n-n-y{_GG}|n[-.,]n[-.,]y{_GG}|nny{_GG}"),
    ("short_figures", rf"n[./]n[./]n(?![./:]){_GG}|n[./]r[./]?[yn]{_GG}"),
    ("month_figures", rf"n[./]y{_GG}"),
    ("day_month_figures", rf"n\.n(?!:)\.?{_YS}?"),
    ("day_of_month", rf"n(?:-?\^)?Q?\.?-?m\.?{_YS}?|i?om\.?{_YS}?"),
    ("times", rf"(?:[nior](?:-?\^)?(?:[-,/][ni])?)?T\.?[b/pj]?[bj]?V?(?:K|[ni](?:-?\^)?)?f*U?\.?{_UNIT}\.?"),
    ("every", rf"(?:bp?|p)?K[nio]?(?:-?\^)?U?\.?(?:{_UNIT}|w)(?:M|K?M)?\.?"),
    ("nth_weekday", rf"p?(?:{_NUM}[e,])*{_NUM}w(?:m\.?{_YS}?|K?M)?"),
    ("day_number", r"n(?:-?\^)?QM,?FbP[MB]?|n(?:-?\^)?Q(?:b?K?M)?|n(?:-?\^)?K?M(?=FP|K)|n(?:-?\^)?KM"),
    ("last_day", rf"of?[ZQ](?:m\.?{_YS}?|K?M)"),
    ("decade", rf"{_NUM}D\.?(?:m\.?{_YS}?|K?M)?"),
    ("week", rf"{_NUM}W\.?(?:m\.?{_YS}?|K?M)"),
    ("half_month", rf"{_NUM}Hm\.?{_YS}?"),
    ("half", rf"{_NUM}h\.?{_YS}?|{_NUM}H(?:y{_GG}|[GFL]?f*U?\.?g\.?)|h\.?{_NUM}(?=$|,|-){_YS}?"),
    ("quarter", rf"{_NUM}q\.?{_YS}?"),
    ("term", rf"{_NUM}c\.?{_YS}?"),
    ("trimester", rf"{_NUM}t\.?{_YS}?"),
    ("stage", rf"-?(?:{_NUM}@|@{_NUM}?)[-:]?"),
    ("by_unit", r"p[Mqhct](?!y)|pw"),
    ("part_of_month", rf"m{_YS}?[,-]?(?:{_NUM}[-e,])?{_NUM}[WDH](?![my])"),
    ("month", rf"M?m\.?M?(?:[-./]y{_GG}|{_YS})?"),
    ("duration", r"j?[ni](?:-?\^)?f*[ZWM]|j(?:K|P)*[ZWM]"),
    ("school_year", rf"j?V?(?:y[-/][yn]\.?f*U{_GG}|n[-/]n\.?f*U{_GG}|U\.?g\.?y[-/][yn]{_GG}|[GFL]f*U\.?g\.?|U\.?g\.?|y/[yn]{_GG}|y-n(?![.m]){_GG})"),
    ("year", rf"jV?f*g\.?y{_GG}|j?V?f*(?:y(?:-?\^)?(?:fg\.?|{_GG})|[GFL]f*g\.?|g\.?)"),
    ("season", rf"E(?:B|CB?|f)?(?:y-[yn]{_GG}|{_YS})?"),
    ("holidays", r"C[Bf]?"),
    ("ongoing", r"O[Xf]?|[jb]*Vf*BI*|jf*BI*|b?BI+|[jb]V?I+|VI+"),
)  # fmt: skip
MATCH = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS)).match
STARTERS = frozenset("ynbsjoriTKpmMUVGFLgECOBIhf@-")
