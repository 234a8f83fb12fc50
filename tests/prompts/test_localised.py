"""Questions in other languages, of programs whose every line is mail and of unknown ones."""

import re

from tests.prompts.hall import Hall
from tests.prompts.row import ASKS, LOCAL, Row, Typed, gone, script

ASKED = "agent asks"
QUESTIONS = (
    ("german", "»f« überschreiben? (j/N) ", "n"),
    ("french", "Souhaitez-vous continuer ? [O/n] ", "n"),
    ("spanish", "¿Desea continuar? [S/n] ", "n"),
    ("italian", "Sovrascrivere «f»? [s/N]: ", "n"),
    ("portuguese", "Remover arquivo comum 'f'? ", "n"),
    ("polish", "Kontynuować? [T/n] ", "n"),
    ("russian", "Хотите продолжить? [Д/н] ", "н"),
    ("greek", "Θέλετε να συνεχίσετε; [Ν/ο] ", "ο"),
    ("turkish", "Devam edilsin mi? [E/h] ", "h"),
    ("arabic", "هل تريد الاستمرار؟ [ن/ل] ", "ل"),
    ("hebrew", "להמשיך? [כ/ל] ", "ל"),
    ("japanese", "続行しますか? [Y/n] ", "n"),
    ("japanese-wide", "上書きしますか？（はい／いいえ）", "いいえ"),
    ("chinese", "是否继续？[是/否] ", "否"),
    ("korean", "계속 하시겠습니까? (예/아니요) ", "아니요"),
    ("german-password", "Kennwort: ", "pw"),
    ("russian-password", "Пароль: ", "pw"),
)


def _asks(language: str, question: str, answer: str, says: str) -> Row:
    return Row(
        f"{language}-{says or 'unknown'}",
        LOCAL,
        script("ask.py", question),
        re.escape(question.split()[0]),
        says=says,
        held=ASKED if says else ASKS,
        untouched=gone("took"),
        answer=(Typed(answer),),
        answered=lambda room: (room / "took").exists(),
    )


ROWS = (
    *(_asks(*found, "lines") for found in QUESTIONS),
    *(_asks(*found, "") for found in QUESTIONS[::5]),
)


def test_a_question_in_any_language_gets_no_message(row: Row, hall: Hall) -> None:
    hall.result(row)
