"""What cues say, in one file a language.

To translate: copy ``en.toml`` to your language's code and write every sentence anew; the comments there say how.
Nothing else is to be done: the files in this folder are the languages there are.
"""

from sensorcoach.coach.phrases.phrase_file import Phrases, languages, phrases

__all__ = ["Phrases", "languages", "phrases"]
