# SPDX-License-Identifier: Apache-2.0
"""Of sources and the network. Literals, for the translator to find."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

SENTENCES = (
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be read and written: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Check that the disk is there, and the permissions of the folder."),
    QT_TRANSLATE_NOOP("Errors", "The disk is full: {path} cannot grow."),
    QT_TRANSLATE_NOOP("Errors", "Make room on the disk of {path}, and go on; nothing is lost."),
    QT_TRANSLATE_NOOP("Errors", "The disk of {path} takes no file as large as {path2}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Disks that are formatted as FAT take 4 GB. Choose a folder on another one."
    ),
    QT_TRANSLATE_NOOP("Errors", "The journal of the download, {path}, cannot be written: {error}."),
    QT_TRANSLATE_NOOP("Errors", "The disk is full: the journal of the download cannot grow."),
    QT_TRANSLATE_NOOP("Errors", "Another download works in {path}."),
    QT_TRANSLATE_NOOP("Errors", "Wait for it, or end the other program."),
    QT_TRANSLATE_NOOP("Errors", "The source names a file {path}, which is refused: {problem}."),
    QT_TRANSLATE_NOOP("Errors", "Choose another source; this one may be wrong, or worse."),
    QT_TRANSLATE_NOOP("Errors", "The file at {host} has another size than when it was looked up."),
    QT_TRANSLATE_NOOP("Errors", "Look the model up again; its files may be others by now."),
    QT_TRANSLATE_NOOP("Errors", "{host} answers with something else than the file."),
    QT_TRANSLATE_NOOP("Errors", "{host} sends another part than it was asked for."),
    QT_TRANSLATE_NOOP(
        "Errors", "The disk of {folder} has {free} free; {needed} are still to come."
    ),
    QT_TRANSLATE_NOOP("Errors", "Make room, or choose a folder on another disk."),
    QT_TRANSLATE_NOOP("Errors", "{path} is another one each time that {id} is asked."),
    QT_TRANSLATE_NOOP("Errors", "Choose another source."),
    QT_TRANSLATE_NOOP("Errors", "{host} ended the connection too early."),
    QT_TRANSLATE_NOOP("Errors", "Try again, or choose another source."),
    QT_TRANSLATE_NOOP(
        "Errors", "{name} is not what it should be: its source has another one than it says."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Choose another source, or look the model up again. What has come is kept."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "{name} is not what it should be, also after it was fetched again."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The line, the memory or the disk may be at fault. What has come is kept."
    ),
    QT_TRANSLATE_NOOP("Errors", "{host} has become too slow; another connection is tried."),
    QT_TRANSLATE_NOOP("Errors", "The address has parts that no model can have."),
    QT_TRANSLATE_NOOP("Errors", "Copy it again from the model's page."),
    QT_TRANSLATE_NOOP("Errors", "This is an address of {parts}, not of a model."),
    QT_TRANSLATE_NOOP("Errors", "Copy the address of a model's page."),
    QT_TRANSLATE_NOOP("Errors", "This is not the address of a model."),
    QT_TRANSLATE_NOOP("Errors", "The answer of {title} makes no sense."),
    QT_TRANSLATE_NOOP(
        "Errors", "Check the source's address in the settings, or choose another source."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "This is not a token: it has characters that none has, or too many."
    ),
    QT_TRANSLATE_NOOP("Errors", "Copy the token again, and nothing else with it."),
    QT_TRANSLATE_NOOP("Errors", "The token in {path} cannot be read ({name})."),
    QT_TRANSLATE_NOOP("Errors", "Enter the token itself."),
    QT_TRANSLATE_NOOP("Errors", "The folder {path} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Is the disk connected? Check the path and its permissions."),
    QT_TRANSLATE_NOOP("Errors", "The source gives no size of {path} that can be true."),
    QT_TRANSLATE_NOOP("Errors", "Try again later, or choose another source."),
    QT_TRANSLATE_NOOP("Errors", "The source gives no checksum of {path} that can be true."),
    QT_TRANSLATE_NOOP("Errors", "There is no folder {folder}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Give the address of a server, with http:// or https://, or a folder."
    ),
    QT_TRANSLATE_NOOP("Errors", "{name} is none of your own servers and folders."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "`ktdesk models sources` lists them; the others can only be changed, in the settings.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "{repository} lacks {missing} of the parts of {variant}: {str}{value}."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "It may still be on its way there. Choose another quantisation, or source."
    ),
    QT_TRANSLATE_NOOP("Errors", "{path} is not what it was when its repository was listed."),
    QT_TRANSLATE_NOOP("Errors", "Look the model up again."),
    QT_TRANSLATE_NOOP("Errors", "The answer for {path} begins at the wrong byte."),
    QT_TRANSLATE_NOOP("Errors", "The header of {path} is longer than any known one."),
    QT_TRANSLATE_NOOP("Errors", "The file is damaged, or made for another program."),
    QT_TRANSLATE_NOOP("Errors", "The connection broke within the header of {path}."),
    QT_TRANSLATE_NOOP("Errors", "Try again."),
    QT_TRANSLATE_NOOP("Errors", "{title} has no {what} that you may see."),
    QT_TRANSLATE_NOOP(
        "Errors", "Check the name. If the model is private, set a token of somebody who may see it."
    ),
    QT_TRANSLATE_NOOP("Errors", "There is no source {id}."),
    QT_TRANSLATE_NOOP("Errors", "Look the model up again, in another source."),
    QT_TRANSLATE_NOOP("Errors", "No source has {repository}. {problems}"),
    QT_TRANSLATE_NOOP("Errors", "Name another OWNER/NAME."),
    QT_TRANSLATE_NOOP("Errors", "{value} has other files of {repository} by now."),
    QT_TRANSLATE_NOOP("Errors", "{repository} has no whole model in GGUF files."),
    QT_TRANSLATE_NOOP("Errors", "Look for a repository of the model whose name ends in GGUF."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The models of {repository} are cut into pieces, which is not how GGUF files are parted.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Choose another repository of the model; or fetch the pieces, and join each model's in "
        "their order to one .gguf file.",
    ),
    QT_TRANSLATE_NOOP("Errors", "The text has more than {most_characters} characters."),
    QT_TRANSLATE_NOOP("Errors", "Enter words, a model's name or one address."),
    QT_TRANSLATE_NOOP("Errors", "KTDesk does not fetch from addresses that begin with {scheme}:."),
    QT_TRANSLATE_NOOP("Errors", "Use one that begins with https:// or http://, or a folder."),
    QT_TRANSLATE_NOOP("Errors", "{address} names no server."),
    QT_TRANSLATE_NOOP("Errors", "Check how it is written."),
    QT_TRANSLATE_NOOP(
        "Errors", "The address has a user name or a password in it, which would be shown and kept."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Leave them out; a token can be set for each source in the settings."
    ),
    QT_TRANSLATE_NOOP("Errors", "The address names a file that can have no such name here."),
    QT_TRANSLATE_NOOP("Errors", "Give the address of the folder that it is in."),
    QT_TRANSLATE_NOOP("Errors", "The address names another computer, {host}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Connect to its folder first, and give the path that it has here then."
    ),
    QT_TRANSLATE_NOOP("Errors", "{address} is not an address."),
    QT_TRANSLATE_NOOP("Errors", "{url} is no address of the web."),
    QT_TRANSLATE_NOOP("Errors", "Addresses begin with https:// or http://, and have no spaces."),
    QT_TRANSLATE_NOOP("Errors", "{url} leads on to {new} without encryption, which is refused."),
    QT_TRANSLATE_NOOP(
        "Errors", "{url} leads from one address to the next, more than {redirects} times."
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another source, or try again later."),
    QT_TRANSLATE_NOOP("Errors", "The header {name} for {url} has characters that none has."),
    QT_TRANSLATE_NOOP("Errors", "Was the token copied whole, and nothing else with it?"),
    QT_TRANSLATE_NOOP("Errors", "{host} is not reached: {reason}."),
    QT_TRANSLATE_NOOP("Errors", "Check the network, and its proxy; or choose another source."),
    QT_TRANSLATE_NOOP("Errors", "The proxy on the way to {host} does not do its work."),
    QT_TRANSLATE_NOOP(
        "Errors", "Check the proxy in the settings, under 'network', and that it runs."
    ),
    QT_TRANSLATE_NOOP("Errors", "{host} cannot prove that it is {host2}: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Something may stand in between, such as a sign-in page or a proxy that reads along; its "
        "certificate must be among those of the system. Check the clock, too.",
    ),
    QT_TRANSLATE_NOOP("Errors", "The answer of {host} makes no sense."),
    QT_TRANSLATE_NOOP("Errors", "{host} packs what it was asked not to pack."),
    QT_TRANSLATE_NOOP("Errors", "There is no file {path}."),
    QT_TRANSLATE_NOOP("Errors", "Is the disk connected? Check the folder."),
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be read ({name})."),
    QT_TRANSLATE_NOOP("Errors", "Check the disk and the file's permissions."),
    QT_TRANSLATE_NOOP("Errors", "The proxy {proxy} is no address of one."),
    QT_TRANSLATE_NOOP("Errors", "Write it as SCHEME://HOST:PORT; SCHEME is one of {schemes}."),
    QT_TRANSLATE_NOOP("Errors", "{error} The system names it."),
    QT_TRANSLATE_NOOP("Errors", "The answer of {host} is longer than {limit_bytes}."),
    QT_TRANSLATE_NOOP("Errors", "The answer of {host} is not JSON."),
    QT_TRANSLATE_NOOP("Errors", "Something may stand in between, such as a sign-in page."),
    QT_TRANSLATE_NOOP("Errors", "the connection broke"),
    QT_TRANSLATE_NOOP(
        "Errors", "{host} lets only those have this who have accepted its terms ({status})."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Accept the terms on the page of the model, and give a token of that account."
    ),
    QT_TRANSLATE_NOOP("Errors", "{host} does not let you have this ({status})."),
    QT_TRANSLATE_NOOP("Errors", "It may need a token, or another one: see the source's settings."),
    QT_TRANSLATE_NOOP("Errors", "{host} does not have this ({status})."),
    QT_TRANSLATE_NOOP("Errors", "Check the name and the revision, or look it up again."),
    QT_TRANSLATE_NOOP("Errors", "{host} has less of this than it should ({status})."),
    QT_TRANSLATE_NOOP("Errors", "Look it up again; it may be another one by now."),
    QT_TRANSLATE_NOOP("Errors", "{host} cannot answer at the moment ({status})."),
    QT_TRANSLATE_NOOP("Errors", "Wait a little, or choose another source."),
    QT_TRANSLATE_NOOP("Errors", "{host} does not understand what it is asked ({status})."),
    QT_TRANSLATE_NOOP("Errors", "its name is not known"),
    QT_TRANSLATE_NOOP("Errors", "it has sent nothing for too long"),
    QT_TRANSLATE_NOOP("Errors", "it lets nobody connect"),
    QT_TRANSLATE_NOOP("Errors", "it does not answer"),
    QT_TRANSLATE_NOOP("Errors", "{host} takes longer than {seconds} s for its answer."),
    QT_TRANSLATE_NOOP("Errors", "Try again later."),
    QT_TRANSLATE_NOOP("Errors", "What names it has a wrong {name}: {value}."),
    QT_TRANSLATE_NOOP("Errors", "This copy of KTDesk was not told where newer versions are named."),
    QT_TRANSLATE_NOOP("Errors", "Write the address in the settings: updates.feed."),
    QT_TRANSLATE_NOOP("Errors", "The newest version of KTDesk is not known. {error}"),
)
