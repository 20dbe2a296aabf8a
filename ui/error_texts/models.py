# SPDX-License-Identifier: Apache-2.0
"""Of model files and what reads them. Literals, for the translator to find."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

SENTENCES = (
    QT_TRANSLATE_NOOP("Errors", "{card} cannot hand work to the processor ({reasons})."),
    QT_TRANSLATE_NOOP("Errors", "Update the NVIDIA driver, or place all experts on one device."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file ends before its tensor {entry}: it has {size_bytes} bytes and should have at "
        "least {begin}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "The download was probably cut off: fetch it again."),
    QT_TRANSLATE_NOOP(
        "Errors", "The tensor {entry} has rows of {columns}, which is not a multiple of {block}."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The file {path} was cut short, or its disk went away, while it was in use."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Connect the disk again, or fetch the file again; then load the model again."
    ),
    QT_TRANSLATE_NOOP("Errors", "Of {path} only the header is on this computer."),
    QT_TRANSLATE_NOOP("Errors", "Fetch the model first."),
    QT_TRANSLATE_NOOP("Errors", "The file does not say its {key}."),
    QT_TRANSLATE_NOOP("Errors", "The file's {key} is {value}, not a {name}."),
    QT_TRANSLATE_NOOP("Errors", "The file's {key} is {value}."),
    QT_TRANSLATE_NOOP(
        "Errors", "The tensor {name} has the type {type}, which KTDesk cannot compute with yet."
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose a file with these types: {t}."),
    QT_TRANSLATE_NOOP("Errors", "The file lacks the tensor {name}."),
    QT_TRANSLATE_NOOP("Errors", "{again} It may be a shard."),
    QT_TRANSLATE_NOOP(
        "Errors", "The model's parts have {placed} tensors together, not {expected}."
    ),
    QT_TRANSLATE_NOOP("Errors", "The parts may be of different models: fetch them again."),
    QT_TRANSLATE_NOOP("Errors", "The tensor {entry} has a type that KTDesk does not know: {type}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Fetch the file again if it may be damaged; a newer KTDesk may know the type."
    ),
    QT_TRANSLATE_NOOP("Errors", "{path} is a folder."),
    QT_TRANSLATE_NOOP("Errors", "Choose a .gguf file in it."),
    QT_TRANSLATE_NOOP("Errors", "{path} is not a file."),
    QT_TRANSLATE_NOOP("Errors", "Choose a .gguf file."),
    QT_TRANSLATE_NOOP("Errors", "Check the path."),
    QT_TRANSLATE_NOOP("Errors", "You may not read {path}."),
    QT_TRANSLATE_NOOP("Errors", "Change the file's permissions."),
    QT_TRANSLATE_NOOP("Errors", "The file {path} is empty."),
    QT_TRANSLATE_NOOP("Errors", "Check the disk it lies on."),
    QT_TRANSLATE_NOOP("Errors", "The tensor {entry} is there twice, {entry2}."),
    QT_TRANSLATE_NOOP("Errors", "{path} is not a GGUF file."),
    QT_TRANSLATE_NOOP("Errors", "{kind}Choose a .gguf file."),
    QT_TRANSLATE_NOOP("Errors", "The file ends within its first bytes."),
    QT_TRANSLATE_NOOP(
        "Errors", "The file is made {what}; KTDesk reads versions 2 and 3, little endian."
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another file of the model."),
    QT_TRANSLATE_NOOP("Errors", "The codes of {name} have {bits} bits."),
    QT_TRANSLATE_NOOP("Errors", "Choose a model of four or eight bits."),
    QT_TRANSLATE_NOOP("Errors", "The inputs of {name} are grouped out of their order (act-order)."),
    QT_TRANSLATE_NOOP("Errors", "Choose a model that was quantised with desc_act false."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The scales of {name} are {shape}, its zeros {shape2}, and its codes {shape3}, which do "
        "not fit.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The file is damaged, or made for another program. Fetch it again."
    ),
    QT_TRANSLATE_NOOP("Errors", "The groups of {name} are of {inputs} weights."),
    QT_TRANSLATE_NOOP("Errors", "KTDesk computes with groups of {str} weights."),
    QT_TRANSLATE_NOOP(
        "Errors", "The weights of {name} are no blocks of {block_size} with steps of eight bits."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Choose a model that was quantised symmetrically, in groups of 32 or a multiple."
    ),
    QT_TRANSLATE_NOOP("Errors", "The scales of {name} are not all finite numbers of 16 bits."),
    QT_TRANSLATE_NOOP(
        "Errors", "Choose a model whose scales are float16, as GPTQ and AWQ write them."
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file {path} is not part {number} of {count}: it says that before it come "
        "{own_number} parts of {own_count}.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Parts were renamed or mixed up: fetch them again, and keep their names."
    ),
    QT_TRANSLATE_NOOP("Errors", "The file's name says that it is part {number} of {count}."),
    QT_TRANSLATE_NOOP("Errors", "Give the file the name that it came with."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The model has {count} parts, and {missing} of them are missing: {missing2}{value}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Put all parts into the folder {path}.{missing}"),
    QT_TRANSLATE_NOOP(
        "Errors", "The model has {count} parts, but there is a file {extra} beside them."
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "A part was renamed, or is of another model: give it the name that it came with, or move "
        "it elsewhere.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file {path} is part {own_number} of {own_count} of a model, which its name does not "
        "say.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Give it the name that it came with, which ends in {name}, and put it beside the other "
        "parts.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file {path} is of a model with {own} tensors, and {first} of one with {expected}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "The parts are of different models: fetch them again."),
    QT_TRANSLATE_NOOP("Errors", "This build has no GPU support."),
    QT_TRANSLATE_NOOP(
        "Errors", "From source, `python3 make.py cuda` builds it; else choose the processor."
    ),
    QT_TRANSLATE_NOOP("Errors", "The GPU module cannot be loaded: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Install KTDesk again; from source, `python3 make.py cuda` builds the module."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "KTDesk does not know the architecture {name} yet.{name2} {checkpoint}"
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose a model of one of these architectures: {architectures}."),
    QT_TRANSLATE_NOOP("Errors", "the CPU"),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Choose a context shorter than {context_tokens} tokens, a smaller type for the cache, or "
        "close other programs.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "A cache in {kind} has blocks of {block} values; this model's keys and values have "
        "{width}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another type for the cache, such as f16."),
    QT_TRANSLATE_NOOP("Errors", "The file claims {blocks} layers, but has {tensors} tensors."),
    QT_TRANSLATE_NOOP("Errors", "The file may be damaged: fetch it again."),
    QT_TRANSLATE_NOOP("Errors", "The model has a {name}, which KTDesk cannot compute with yet."),
    QT_TRANSLATE_NOOP("Errors", "Choose another model: Google's Gemma 3 models have none."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The model's tokens choose {experts_per_token} experts each; KTDesk's llama4 takes one.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another model: Meta's Llama 4 models choose one."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file has tensors that KTDesk's {architecture} does not use, {unknown} among "
        "{unknown2}; without them its answers would be wrong.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "This variant of the architecture is not supported yet. Choose another model."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The file turns {size} dimensions of its heads, which have {head_size}."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The tensor {name} has {size} factors for {frequencies} frequencies."
    ),
    QT_TRANSLATE_NOOP("Errors", "The model scales its rotary positions in an unknown way: {kind}."),
    QT_TRANSLATE_NOOP("Errors", "Known ways: none, linear, yarn, longrope."),
    QT_TRANSLATE_NOOP(
        "Errors", "The model chooses its experts by a function that KTDesk does not know: {number}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Known: 1 (softmax), 2 (sigmoid). A newer KTDesk may know it."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file's tokens choose {experts_per_token} of {experts} experts in {groups_used} of "
        "{groups} groups, which is not possible.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The file's {key} does not say for each of its {layers} layers what it sees."
    ),
    QT_TRANSLATE_NOOP("Errors", "KTDesk does not know how the vocabulary {pre} cuts text.{pre2}"),
    QT_TRANSLATE_NOOP("Errors", "Choose a model with one of these: {families}."),
    QT_TRANSLATE_NOOP("Errors", "The model's chat template refuses the conversation: {message}"),
    QT_TRANSLATE_NOOP("Errors", "Start a new conversation, or change its messages."),
    QT_TRANSLATE_NOOP("Errors", "The file may be damaged."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The file's vocabulary is of the kind {model}; KTDesk knows 'gpt2' (byte-level), 'llama' "
        "and 'gemma4' (SentencePiece).",
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another model."),
    QT_TRANSLATE_NOOP("Errors", "The file's vocabulary has no {what}."),
    QT_TRANSLATE_NOOP("Errors", "The file may be cut or damaged: fetch it again."),
    QT_TRANSLATE_NOOP("Errors", "The file's {key} is {value}, but must be at least {least}."),
    QT_TRANSLATE_NOOP("Errors", "The file's {key} is {value}, but must be above zero."),
    QT_TRANSLATE_NOOP("Errors", "both in this file"),
    QT_TRANSLATE_NOOP("Errors", "also in {other}"),
    QT_TRANSLATE_NOOP("Errors", "The file {path} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "The tensors {first} and {second} overlap."),
    QT_TRANSLATE_NOOP("Errors", "a ZIP archive"),
    QT_TRANSLATE_NOOP("Errors", "a Git LFS pointer, not the file it stands for"),
    QT_TRANSLATE_NOOP("Errors", "a web page or XML"),
    QT_TRANSLATE_NOOP("Errors", "a gzip archive"),
    QT_TRANSLATE_NOOP("Errors", "an old GGML file"),
    QT_TRANSLATE_NOOP("Errors", "It seems to be a safetensors file. "),
    QT_TRANSLATE_NOOP("Errors", "It seems to be {what}. "),
    QT_TRANSLATE_NOOP("Errors", "for big-endian machines"),
    QT_TRANSLATE_NOOP("Errors", "of GGUF version {version}"),
    QT_TRANSLATE_NOOP("Errors", "If {close} is {missing}, rename it."),
    QT_TRANSLATE_NOOP("Errors", "The file's {key} is {base}, but must be above 1."),
    QT_TRANSLATE_NOOP("Errors", "Missing are its parts {parts}{more}."),
    QT_TRANSLATE_NOOP("Errors", "Its parts are known; what is missing is how they work together."),
    QT_TRANSLATE_NOOP("Errors", "graphics card {number} ({devices})"),
    QT_TRANSLATE_NOOP("Errors", "The file's vocabulary cannot be used: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors", "The model has no chat template: it was not made for conversations."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Give it raw text to continue (ktdesk chat --raw), or choose an instruct model."
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Choose another file of the model, or give it raw text to continue (ktdesk chat --raw).",
    ),
    QT_TRANSLATE_NOOP("Errors", "The model's chat template failed: {error}."),
    QT_TRANSLATE_NOOP("Errors", "The model's chat template cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "it writes more than {max_prompt_characters} characters"),
    QT_TRANSLATE_NOOP(
        "Errors", "The file may be damaged, or only a part of a model: fetch it again."
    ),
    QT_TRANSLATE_NOOP("Errors", "The file does not give a score to each of its {tokens} tokens."),
    QT_TRANSLATE_NOOP("Errors", "The file does not give a kind to each of its {count} tokens."),
)
