# SPDX-License-Identifier: Apache-2.0
"""Of placing and running models, here and elsewhere. Literals, for the translator to find."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

SENTENCES = (
    QT_TRANSLATE_NOOP("Errors", "No model is loaded."),
    QT_TRANSLATE_NOOP("Errors", "Load a model first."),
    QT_TRANSLATE_NOOP("Errors", "Another model was loaded before the request had its turn."),
    QT_TRANSLATE_NOOP("Errors", "Ask for the one that is loaded now."),
    QT_TRANSLATE_NOOP("Errors", "Experts cannot be deferred by {wanted}."),
    QT_TRANSLATE_NOOP("Errors", "Say how many of a token's experts: a whole number, 0 or more."),
    QT_TRANSLATE_NOOP(
        "Errors", "The placement {placement} puts {on_gpu} on the GPU and {on_cpu} on the CPU."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Beside a GPU, experts work on the CPU by experts.host; all else must be on one."
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The placement {placement} puts {first} on card {card} and {path} on card {card2}.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "All of a layer must be on one card, and the last norm beside the head."
    ),
    QT_TRANSLATE_NOOP("Errors", "There is no placement called {name}.{name2}"),
    QT_TRANSLATE_NOOP("Errors", "Give one of these names, or the path of a .yaml file."),
    QT_TRANSLATE_NOOP(
        "Errors", "The placement {value} is for {model} models; this one is a {architecture}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another placement, or leave the choice to KTDesk."),
    QT_TRANSLATE_NOOP("Errors", "Line {line}: {error}"),
    QT_TRANSLATE_NOOP("Errors", "No rule of placement {value} places the {kind} at {path}."),
    QT_TRANSLATE_NOOP("Errors", 'Add a rule for it, for example one with match: "**".'),
    QT_TRANSLATE_NOOP("Errors", "The rule{where} for {subject} ({use}) matches nothing."),
    QT_TRANSLATE_NOOP(
        "Errors", "Remove it, or correct its pattern: an earlier rule may take its slots."
    ),
    QT_TRANSLATE_NOOP("Errors", "The placement {name} cannot be used{where}: {fault}"),
    QT_TRANSLATE_NOOP("Errors", "Correct the placement file."),
    QT_TRANSLATE_NOOP("Errors", "Weights cannot be made anew as {name}.{name2}"),
    QT_TRANSLATE_NOOP(
        "Errors", "Correct the placement file; without quantization the weights stay as they are."
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The tensor {tensor} has rows of {columns} weights, of which {lower} makes blocks of "
        "{block_size}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose another quantization for it by a rule of its own."),
    QT_TRANSLATE_NOOP("Errors", "The tensor {weight} holds numbers too large for {lower}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Choose another quantization for it by a rule of its own, such as bf16."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The tensor {weight} holds a NaN or an infinity, first in row {bad} of {rows}."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "The file is damaged, or was made wrongly. Fetch it again, or choose another."
    ),
    QT_TRANSLATE_NOOP("Errors", "The rule for {subject} names the card {card}."),
    QT_TRANSLATE_NOOP(
        "Errors", "Cards have numbers from 0 to {most_cards}; `ktdesk doctor` lists them."
    ),
    QT_TRANSLATE_NOOP("Errors", "Operator {use} has no option {option}.{known}"),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The tensor {name} has the shape {shape}, but the model's numbers ask for {shape2}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose a shorter context."),
    QT_TRANSLATE_NOOP("Errors", "Choose another folder."),
    QT_TRANSLATE_NOOP(
        "Errors", "A context of {wanted} tokens was asked for; the model was made for 1 to {most}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Choose at most {most} tokens."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "{info} runs on another machine, which tells nothing of tokens and keeps nothing of what "
        "was read.",
    ),
    QT_TRANSLATE_NOOP("Errors", "That needs a model on this computer."),
    QT_TRANSLATE_NOOP("Errors", "The remote {remote} cannot be asked for {asked}."),
    QT_TRANSLATE_NOOP("Errors", "Leave that out, or choose a model on this computer."),
    QT_TRANSLATE_NOOP("Errors", "The remote {remote} takes nothing for its chat template."),
    QT_TRANSLATE_NOOP("Errors", "Leave out what is said of thinking."),
    QT_TRANSLATE_NOOP("Errors", "The schema of the answer is not JSON: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Correct the schema."),
    QT_TRANSLATE_NOOP("Errors", "{who} has failed: {error}"),
    QT_TRANSLATE_NOOP("Errors", "Ask again."),
    QT_TRANSLATE_NOOP("Errors", "{who} has broken off in the midst of its answer."),
    QT_TRANSLATE_NOOP("Errors", "Ask again; its own log may say more."),
    QT_TRANSLATE_NOOP("Errors", "{who} makes no sense: {what}."),
    QT_TRANSLATE_NOOP("Errors", "{who} refuses what it was asked ({status}).{words}"),
    QT_TRANSLATE_NOOP("Errors", "{who} does not let this key in, or wants one ({status}).{words}"),
    QT_TRANSLATE_NOOP("Errors", "Set its key: `ktdesk remotes key {name}`."),
    QT_TRANSLATE_NOOP("Errors", "{who} does not have this model or address ({status}).{words}"),
    QT_TRANSLATE_NOOP("Errors", "`ktdesk remotes test {name}` lists its models. {is_it}"),
    QT_TRANSLATE_NOOP("Errors", "{who} has too much to do ({status}).{words}"),
    QT_TRANSLATE_NOOP("Errors", "{who} has a fault ({status}).{words}"),
    QT_TRANSLATE_NOOP("Errors", "Its own log may say more."),
    QT_TRANSLATE_NOOP(
        "Errors", "The remote {remote} has {models} models, and none is chosen.{value}"
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Choose one: `ktdesk remotes add {remote} {address} --model MODEL`."
    ),
    QT_TRANSLATE_NOOP("Errors", "The remote {remote} has no model {model}.{model2}"),
    QT_TRANSLATE_NOOP("Errors", "`ktdesk remotes test {remote}` lists its models."),
    QT_TRANSLATE_NOOP("Errors", "No remote is called {name}.{name2}"),
    QT_TRANSLATE_NOOP(
        "Errors", "`ktdesk remotes` lists them; `ktdesk remotes add NAME ADDRESS` adds one."
    ),
    QT_TRANSLATE_NOOP("Errors", "A remote cannot be called {name}."),
    QT_TRANSLATE_NOOP("Errors", "Choose a name of letters, digits, '-', '_' and '.'."),
    QT_TRANSLATE_NOOP("Errors", "{address} has more than an address of an API has."),
    QT_TRANSLATE_NOOP(
        "Errors", "Give scheme, host, port and path alone; a key goes with `ktdesk remotes key`."
    ),
    QT_TRANSLATE_NOOP("Errors", "The remote could not be saved in {path}: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Make room on the disk, or make the folder writable."),
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "{path} cannot be deleted: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Delete it by hand."),
    QT_TRANSLATE_NOOP("Errors", "{path} says {key} = {value}."),
    QT_TRANSLATE_NOOP("Errors", "The answer cannot go on under its grammar: {get_error}."),
    QT_TRANSLATE_NOOP("Errors", "Make the grammar or the schema simpler."),
    QT_TRANSLATE_NOOP("Errors", "The {what} cannot be used: {why}."),
    QT_TRANSLATE_NOOP("Errors", "Correct the {what}."),
    QT_TRANSLATE_NOOP(
        "Errors", "The file's vocabulary has {vocabulary_size} tokens, its model {rows}."
    ),
    QT_TRANSLATE_NOOP("Errors", "An answer that has begun cannot go on together with {what}."),
    QT_TRANSLATE_NOOP("Errors", "Ask for the whole answer again."),
    QT_TRANSLATE_NOOP(
        "Errors", "The option logprobs is {logprobs}, which is not between 0 and {most_logprobs}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Ask for fewer."),
    QT_TRANSLATE_NOOP("Errors", "The options {given} contradict each other."),
    QT_TRANSLATE_NOOP("Errors", "Give at most one of them."),
    QT_TRANSLATE_NOOP(
        "Errors", "The option {name} is {value}, which is not between {low} and {high}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Correct it in the sampling settings."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The bias of token {token} is {value}, which is not between {value2} and {most_bias}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Correct the option logit_bias."),
    QT_TRANSLATE_NOOP("Errors", "The option {name} is {value}."),
    QT_TRANSLATE_NOOP("Errors", "Allowed: {choices}."),
    QT_TRANSLATE_NOOP("Errors", "The prompt is empty."),
    QT_TRANSLATE_NOOP("Errors", "Write something to answer."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The prompt has {prompt} tokens; the context has room for {context_tokens}, and the "
        "answer needs some of it.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Shorten the conversation, start a new one, let its oldest turns go when the context is "
        "full, or load the model with a longer context.",
    ),
    QT_TRANSLATE_NOOP("Errors", "The model computed numbers that are not finite."),
    QT_TRANSLATE_NOOP("Errors", "The model file may be damaged: verify it, or fetch it again."),
    QT_TRANSLATE_NOOP(
        "Errors", "There is nothing to save: the model has read nothing of this conversation."
    ),
    QT_TRANSLATE_NOOP("Errors", "Save it after an answer."),
    QT_TRANSLATE_NOOP("Errors", "The session in {path} {reason}."),
    QT_TRANSLATE_NOOP("Errors", "The session in {path} is damaged or was cut short."),
    QT_TRANSLATE_NOOP("Errors", "{path} is no session of KTDesk, or was cut short."),
    QT_TRANSLATE_NOOP(
        "Errors", "The session in {path} has version {version}; this KTDesk knows {version2}."
    ),
    QT_TRANSLATE_NOOP("Errors", "The session could not be saved in {path}: {error}."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Make room on the disk, or choose another folder. What was saved there before is as it "
        "was.",
    ),
    QT_TRANSLATE_NOOP("Errors", "There is no session in {path}."),
    QT_TRANSLATE_NOOP("Errors", "The session in {path} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "Logits after {outputs} of {tokens} tokens are not possible."),
    QT_TRANSLATE_NOOP("Errors", "Ask for one at least, and for no more than there are tokens."),
    QT_TRANSLATE_NOOP(
        "Errors", "There are {tokens} tokens; the context has room for {context_tokens}."
    ),
    QT_TRANSLATE_NOOP("Errors", "Give fewer, or load the model with a longer context."),
    QT_TRANSLATE_NOOP("Errors", "The model has no token {strange}; its vocabulary has {size}."),
    QT_TRANSLATE_NOOP("Errors", "Make tokens with the model's own tokeniser."),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The option logit_bias names the token {token}; the model's are 0 to {vocabulary_size}.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Give tokens of this model."),
    QT_TRANSLATE_NOOP("Errors", "The text has {tokens} tokens; {size} are needed at least."),
    QT_TRANSLATE_NOOP("Errors", "Give a longer text."),
    QT_TRANSLATE_NOOP("Errors", "The placement file {path} cannot be read: {error}."),
    QT_TRANSLATE_NOOP("Errors", "The placement file {file} cannot be written: {error}."),
    QT_TRANSLATE_NOOP("Errors", "it extends itself"),
    QT_TRANSLATE_NOOP("Errors", "it is for {model}, but extends one for {model2}"),
    QT_TRANSLATE_NOOP("Errors", ", line {line}"),
    QT_TRANSLATE_NOOP("Errors", "in line {line}"),
    QT_TRANSLATE_NOOP(
        "Errors", "the rule {fields} needs the texts match and use, or class and use"
    ),
    QT_TRANSLATE_NOOP("Errors", "it needs a list called rules"),
    QT_TRANSLATE_NOOP("Errors", "the rule {entry} is not a mapping with match and use"),
    QT_TRANSLATE_NOOP("Errors", "the options of the rule for {match} are not a mapping"),
    QT_TRANSLATE_NOOP("Errors", "{what} has the unknown entry {unknown}.{near}"),
    QT_TRANSLATE_NOOP("Errors", "it is not YAML: {problem}"),
    QT_TRANSLATE_NOOP("Errors", "{key} is not a text"),
    QT_TRANSLATE_NOOP("Errors", "there is no class {part}.{known}"),
    QT_TRANSLATE_NOOP("Errors", "No operator has the variant {variant}.{variant2}"),
    QT_TRANSLATE_NOOP("Errors", "There is no operator {name}.{name2}"),
    QT_TRANSLATE_NOOP("Errors", "It takes none."),
    QT_TRANSLATE_NOOP("Errors", "The remote {remote}"),
    QT_TRANSLATE_NOOP("Errors", "a bias for tokens"),
    QT_TRANSLATE_NOOP("Errors", "the chances of tokens"),
    QT_TRANSLATE_NOOP("Errors", "to go on with an answer that was begun"),
    QT_TRANSLATE_NOOP("Errors", "a shape for raw text"),
    QT_TRANSLATE_NOOP(
        "Errors", "Does an OpenAI-compatible server answer there? Its address mostly ends with /v1."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Does its server run at {address}, and does the network lead there?"
    ),
    QT_TRANSLATE_NOOP("Errors", "a piece of its answer cannot be read"),
    QT_TRANSLATE_NOOP("Errors", "its answer is not the JSON that was asked for"),
    QT_TRANSLATE_NOOP("Errors", "It says: {said}"),
    QT_TRANSLATE_NOOP("Errors", "its list of models is none"),
    QT_TRANSLATE_NOOP("Errors", "it answers with {given} in place of {kind}"),
    QT_TRANSLATE_NOOP("Errors", "Ask again after {wait} seconds."),
    QT_TRANSLATE_NOOP("Errors", "Ask again later."),
    QT_TRANSLATE_NOOP("Errors", "Change what it names."),
    QT_TRANSLATE_NOOP("Errors", "Correct or delete the file, or add the remote again."),
    QT_TRANSLATE_NOOP("Errors", "it has too many brackets in brackets"),
    QT_TRANSLATE_NOOP("Errors", "no token fits"),
    QT_TRANSLATE_NOOP("Errors", "Begin the conversation without it: the model reads it again."),
    QT_TRANSLATE_NOOP("Errors", "has rows of another layout"),
    QT_TRANSLATE_NOOP("Errors", "is of another model"),
    QT_TRANSLATE_NOOP("Errors", "has a cache in {value}, the model one in {cache_type}"),
    QT_TRANSLATE_NOOP("Errors", "Torch finds no more memory on {device}: {error}"),
    QT_TRANSLATE_NOOP(
        "Errors",
        "The placement {placement} lets torch compute {path} on graphics card "
        "{card}, but {problem}.",
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Install torch's build with CUDA and the card's driver, or leave out "
        "`device: cuda`; `use: '*.cuda'` needs no torch with CUDA.",
    ),
    QT_TRANSLATE_NOOP("Errors", "{memory}, for plain torch"),
    QT_TRANSLATE_NOOP(
        "Errors", "Plain torch holds every weight in four bytes: give it fewer modules."
    ),
    QT_TRANSLATE_NOOP(
        "Errors",
        "Beside a GPU, experts work on the CPU by experts.host, and anything by "
        "plain torch; all else must be on one.",
    ),
    QT_TRANSLATE_NOOP("Errors", "Experts cannot be resident as {wanted}."),
    QT_TRANSLATE_NOOP("Errors", "The expert {expert} cannot be resident: the layer has {experts}."),
    QT_TRANSLATE_NOOP("Errors", "They have the numbers from 0 to {last}."),
    QT_TRANSLATE_NOOP("Errors", "All {experts} experts of a layer would be resident."),
    QT_TRANSLATE_NOOP("Errors", "Use experts.cuda for it, without this option."),
    QT_TRANSLATE_NOOP(
        "Errors", "The rule for {subject} names the device {device}; torch's are {kinds}."
    ),
    QT_TRANSLATE_NOOP(
        "Errors", "Write `device: cuda`, and `card: 1` beside it for the second card."
    ),
)
