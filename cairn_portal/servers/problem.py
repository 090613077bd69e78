"""What keeps a server from running, said to the operator."""

from cairn.i18n import Language, Message


class ServerProblem(Exception):
    """One sentence or two: what is wrong, where, and what to do. Shown as it is, without a traceback."""

    def __init__(self, sentence: Message) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))

    def text(self, language: Language) -> str:
        return self.sentence.text(language)
