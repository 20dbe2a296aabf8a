# SPDX-License-Identifier: Apache-2.0
"""Titles and helps of the settings that the window shows: literals, so that they can be translated.

`ktdesk.settings` says them, in English; here they only stand for the translator to find.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

TEXTS = (
    QT_TRANSLATE_NOOP("Settings", "CPU threads"),
    QT_TRANSLATE_NOOP("Settings", "0 takes one per physical core."),
    QT_TRANSLATE_NOOP("Settings", "threads"),
    QT_TRANSLATE_NOOP("Settings", "Context"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "How much of a conversation the model sees; it costs memory. 0 lets the model decide.",
    ),
    QT_TRANSLATE_NOOP("Settings", "tokens"),
    QT_TRANSLATE_NOOP("Settings", "Cache"),
    QT_TRANSLATE_NOOP(
        "Settings", "How exactly the conversation is kept: f32 most, q8_0 in the least memory."
    ),
    QT_TRANSLATE_NOOP("Settings", "f16"),
    QT_TRANSLATE_NOOP("Settings", "bf16"),
    QT_TRANSLATE_NOOP("Settings", "q8_0"),
    QT_TRANSLATE_NOOP("Settings", "f32"),
    QT_TRANSLATE_NOOP("Settings", "Graphics memory"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "How much of a graphics card's memory may be used. 0 takes what is free.",
    ),
    QT_TRANSLATE_NOOP("Settings", "Deferred experts"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "How many of a token's experts are added one layer later, so that the processor works "
        "while the graphics card does: faster with a card, but answers get a little worse. "
        "`ktdesk perplexity` says by how much. 0: none.",
    ),
    QT_TRANSLATE_NOOP("Settings", "Answers at a time"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "Requests that are answered together, far faster than one after another. They share the "
        "context's memory; while there is no room, they take turns.",
    ),
    QT_TRANSLATE_NOOP("Settings", "Other conversations"),
    QT_TRANSLATE_NOOP(
        "Settings", "Memory for what was read of them, so that going back to one needs no reading."
    ),
    QT_TRANSLATE_NOOP("Settings", "MB"),
    QT_TRANSLATE_NOOP("Settings", "Longest answer"),
    QT_TRANSLATE_NOOP("Settings", "0 lets an answer grow until the context is full."),
    QT_TRANSLATE_NOOP("Settings", "Temperature"),
    QT_TRANSLATE_NOOP("Settings", "Higher is more varied; 0 always takes the likeliest."),
    QT_TRANSLATE_NOOP("Settings", "Top k"),
    QT_TRANSLATE_NOOP("Settings", "Chooses among this many of the likeliest; 0: among all."),
    QT_TRANSLATE_NOOP("Settings", "Typical p"),
    QT_TRANSLATE_NOOP(
        "Settings", "Chooses among those about as surprising as is to be expected; 1: among all."
    ),
    QT_TRANSLATE_NOOP("Settings", "Top p"),
    QT_TRANSLATE_NOOP("Settings", "Chooses among the likeliest that share this probability."),
    QT_TRANSLATE_NOOP("Settings", "Min p"),
    QT_TRANSLATE_NOOP("Settings", "Leaves out what is this much rarer than the likeliest."),
    QT_TRANSLATE_NOOP("Settings", "Repetition penalty"),
    QT_TRANSLATE_NOOP("Settings", "Above 1 avoids what was already said."),
    QT_TRANSLATE_NOOP("Settings", "Presence penalty"),
    QT_TRANSLATE_NOOP("Settings", "Above 0 avoids what was said, however often."),
    QT_TRANSLATE_NOOP("Settings", "Frequency penalty"),
    QT_TRANSLATE_NOOP("Settings", "Above 0 avoids what was said, the more the more often."),
    QT_TRANSLATE_NOOP("Settings", "Reach of penalties"),
    QT_TRANSLATE_NOOP("Settings", "How far back these three look; 0: to the beginning."),
    QT_TRANSLATE_NOOP("Settings", "DRY"),
    QT_TRANSLATE_NOOP("Settings", "Above 0 avoids repeating whole passages; 0.8 is usual."),
    QT_TRANSLATE_NOOP("Settings", "DRY base"),
    QT_TRANSLATE_NOOP("Settings", "How much more each further word of a repetition counts."),
    QT_TRANSLATE_NOOP("Settings", "DRY length"),
    QT_TRANSLATE_NOOP("Settings", "Repetitions shorter than this are free."),
    QT_TRANSLATE_NOOP("Settings", "Reach of DRY"),
    QT_TRANSLATE_NOOP("Settings", "How far back it looks for repetitions; 0: to the beginning."),
    QT_TRANSLATE_NOOP("Settings", "Seed"),
    QT_TRANSLATE_NOOP(
        "Settings", "The same seed gives the same answer; without one, each differs."
    ),
    QT_TRANSLATE_NOOP("Settings", "When the context is full"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "'stop' ends the answer; 'shift' lets the oldest turns go and reads the rest again.",
    ),
    QT_TRANSLATE_NOOP("Settings", "stop"),
    QT_TRANSLATE_NOOP("Settings", "shift"),
    QT_TRANSLATE_NOOP("Settings", "Prompt lookup"),
    QT_TRANSLATE_NOOP(
        "Settings", "Guesses words from those before, where that is faster; it changes no answer."
    ),
    QT_TRANSLATE_NOOP("Settings", "auto"),
    QT_TRANSLATE_NOOP("Settings", "off"),
    QT_TRANSLATE_NOOP("Settings", "Language"),
    QT_TRANSLATE_NOOP("Settings", "A code such as 'de'; empty follows the system."),
    QT_TRANSLATE_NOOP("Settings", "Theme"),
    QT_TRANSLATE_NOOP("Settings", "'system' follows the desktop."),
    QT_TRANSLATE_NOOP("Settings", "system"),
    QT_TRANSLATE_NOOP("Settings", "light"),
    QT_TRANSLATE_NOOP("Settings", "dark"),
    QT_TRANSLATE_NOOP("Settings", "Closing during downloads"),
    QT_TRANSLATE_NOOP(
        "Settings", "'go on' keeps fetching in the tray; 'quit' goes on at the next start."
    ),
    QT_TRANSLATE_NOOP("Settings", "ask"),
    QT_TRANSLATE_NOOP("Settings", "go on"),
    QT_TRANSLATE_NOOP("Settings", "quit"),
    QT_TRANSLATE_NOOP("Settings", "Cores"),
    QT_TRANSLATE_NOOP("Settings", "Physical cores; 0: those found."),
    QT_TRANSLATE_NOOP("Settings", "Memory"),
    QT_TRANSLATE_NOOP("Settings", "In all, also what is in use; 0: as found."),
    QT_TRANSLATE_NOOP("Settings", "GB"),
    QT_TRANSLATE_NOOP("Settings", "Free memory"),
    QT_TRANSLATE_NOOP("Settings", "What models may take; 0: as found."),
    QT_TRANSLATE_NOOP("Settings", "Memory speed"),
    QT_TRANSLATE_NOOP("Settings", "What all cores read; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "GB/s"),
    QT_TRANSLATE_NOOP("Settings", "Speed of int8 products"),
    QT_TRANSLATE_NOOP("Settings", "Of all cores, with long prompts; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "GOP/s"),
    QT_TRANSLATE_NOOP("Settings", "Speed of bf16 products"),
    QT_TRANSLATE_NOOP("Settings", "The same on tiles; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "Memory of the card"),
    QT_TRANSLATE_NOOP("Settings", "All that the first graphics card has; 0: as found."),
    QT_TRANSLATE_NOOP("Settings", "Free memory of the card"),
    QT_TRANSLATE_NOOP("Settings", "Of the first graphics card; 0: as found."),
    QT_TRANSLATE_NOOP("Settings", "Speed of the card's memory"),
    QT_TRANSLATE_NOOP("Settings", "Of the first graphics card; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "Speed of the card's products"),
    QT_TRANSLATE_NOOP("Settings", "Of the first graphics card, with long prompts; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "Speed to the card"),
    QT_TRANSLATE_NOOP("Settings", "Over the bus; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "Speed from the card"),
    QT_TRANSLATE_NOOP("Settings", "Disk speed"),
    QT_TRANSLATE_NOOP("Settings", "Of the folders of models; 0: as measured."),
    QT_TRANSLATE_NOOP("Settings", "MB/s"),
    QT_TRANSLATE_NOOP("Settings", "Models of other programs"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "Whether those of LM Studio, Ollama, llama.cpp and the Hugging Face cache are shown, too.",
    ),
    QT_TRANSLATE_NOOP("Settings", "First source"),
    QT_TRANSLATE_NOOP("Settings", "Where a model is looked for, unless something else is said."),
    QT_TRANSLATE_NOOP("Settings", "huggingface"),
    QT_TRANSLATE_NOOP("Settings", "mirror"),
    QT_TRANSLATE_NOOP("Settings", "modelscope"),
    QT_TRANSLATE_NOOP("Settings", "Hugging Face"),
    QT_TRANSLATE_NOOP(
        "Settings", "The hub's address; a hub of one's own that speaks as it does will do."
    ),
    QT_TRANSLATE_NOOP("Settings", "Mirror"),
    QT_TRANSLATE_NOOP(
        "Settings", "The address of a mirror of the hub. It is never told the hub's token."
    ),
    QT_TRANSLATE_NOOP("Settings", "ModelScope"),
    QT_TRANSLATE_NOOP("Settings", "The site's address."),
    QT_TRANSLATE_NOOP("Settings", "Proxy"),
    QT_TRANSLATE_NOOP(
        "Settings", "Such as http://host:port or socks5h://host:port; empty takes the system's."
    ),
    QT_TRANSLATE_NOOP("Settings", "Models at once"),
    QT_TRANSLATE_NOOP("Settings", "How many are fetched at the same time."),
    QT_TRANSLATE_NOOP("Settings", "Speed limit"),
    QT_TRANSLATE_NOOP("Settings", "What all downloads together may take; 0: as much as there is."),
    QT_TRANSLATE_NOOP("Settings", "Only at night"),
    QT_TRANSLATE_NOOP("Settings", "Whether downloads wait for the hours below."),
    QT_TRANSLATE_NOOP("Settings", "Night from"),
    QT_TRANSLATE_NOOP("Settings", "When they begin, by this computer's clock."),
    QT_TRANSLATE_NOOP("Settings", "Night to"),
    QT_TRANSLATE_NOOP("Settings", "When they end; it may be on the next day."),
    QT_TRANSLATE_NOOP("Settings", "Keep awake"),
    QT_TRANSLATE_NOOP(
        "Settings", "Whether the computer is kept from sleeping while models are fetched."
    ),
    QT_TRANSLATE_NOOP("Settings", "Port"),
    QT_TRANSLATE_NOOP("Settings", "0 takes one that is free."),
    QT_TRANSLATE_NOOP("Settings", "Local network"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "Listens on all addresses of this computer, so that others reach it; needs a key.",
    ),
    QT_TRANSLATE_NOOP("Settings", "Start with the window"),
    QT_TRANSLATE_NOOP("Settings", "Whether the server starts when KTDesk's window opens."),
    QT_TRANSLATE_NOOP("Settings", "Address"),
    QT_TRANSLATE_NOOP("Settings", "Where the server listens; 127.0.0.1 is this computer alone."),
    QT_TRANSLATE_NOOP("Settings", "Names of this server"),
    QT_TRANSLATE_NOOP("Settings", "By which clients may call it, besides its addresses."),
    QT_TRANSLATE_NOOP("Settings", "Web pages allowed"),
    QT_TRANSLATE_NOOP("Settings", "Such as https://example.org; '*' allows all."),
    QT_TRANSLATE_NOOP("Settings", "Longest queue"),
    QT_TRANSLATE_NOOP("Settings", "Requests that may wait; more are refused."),
    QT_TRANSLATE_NOOP("Settings", "Longest request"),
    QT_TRANSLATE_NOOP("Settings", "With its wait; then it is cut."),
    QT_TRANSLATE_NOOP("Settings", "min"),
    QT_TRANSLATE_NOOP("Settings", "Longest answer to programs"),
    QT_TRANSLATE_NOOP("Settings", "No request gets more; 0: the context is the limit."),
    QT_TRANSLATE_NOOP("Settings", "Largest request"),
    QT_TRANSLATE_NOOP("Settings", "Larger ones are refused unread."),
    QT_TRANSLATE_NOOP("Settings", "Advanced mode"),
    QT_TRANSLATE_NOOP(
        "Settings", "Shows everything that can be set, and the rules of placements as text."
    ),
    QT_TRANSLATE_NOOP("Settings", "More model folders"),
    QT_TRANSLATE_NOOP("Settings", "Folders to look for models in, besides KTDesk's own."),
    QT_TRANSLATE_NOOP("Settings", "Folder for downloads"),
    QT_TRANSLATE_NOOP("Settings", "The one of them that new models go to; empty: KTDesk's own."),
    QT_TRANSLATE_NOOP("Settings", "Without proxy"),
    QT_TRANSLATE_NOOP(
        "Settings", "Hosts that are reached directly, with all below them; * is all."
    ),
    QT_TRANSLATE_NOOP("Settings", "Connections"),
    QT_TRANSLATE_NOOP("Settings", "How many a download uses at a time."),
    QT_TRANSLATE_NOOP("Settings", "Own servers"),
    QT_TRANSLATE_NOOP("Settings", "Addresses of plain servers with folders of models."),
    QT_TRANSLATE_NOOP("Settings", "Other folders"),
    QT_TRANSLATE_NOOP(
        "Settings", "Folders with models to copy from: on a stick, or another computer's."
    ),
    QT_TRANSLATE_NOOP("Settings", "Unload after"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "Minutes without a request after which the model's memory is given back; 0: never.",
    ),
    QT_TRANSLATE_NOOP("Settings", "Log what is asked"),
    QT_TRANSLATE_NOOP("Settings", "Writes whole requests to the log. They are private."),
    QT_TRANSLATE_NOOP("Settings", "Look for updates"),
    QT_TRANSLATE_NOOP(
        "Settings",
        "'at start' asks for the newest version when the window opens, at most once a day; that "
        "tells nothing but this one's, and downloads nothing.",
    ),
    QT_TRANSLATE_NOOP("Settings", "never"),
    QT_TRANSLATE_NOOP("Settings", "at start"),
    QT_TRANSLATE_NOOP("Settings", "Address of the newest version"),
    QT_TRANSLATE_NOOP("Settings", "What names it; a mirror's will do."),
)


def setting_text(text: str) -> str:
    """Return a title, help, unit or choice of `ktdesk.settings` in the language of the window."""
    return QCoreApplication.translate("Settings", text) if text else ""
