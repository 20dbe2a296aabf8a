# SPDX-License-Identifier: Apache-2.0
"""Scripts that let shells complete what is typed.

All ask `ktdesk completion --words`: they hand it the words, one a line, and get a line for each
candidate, the word and what it means with a tab between them. Without one, shells complete files.
"""

from __future__ import annotations

BASH = r"""
_ktdesk() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$(printf '%q' "${line%%$'\t'*}")")
    done < <(printf '%s\n' "${COMP_WORDS[@]:1:COMP_CWORD}" |
        "${COMP_WORDS[0]}" completion --words 2>/dev/null)
}
complete -o default -F _ktdesk ktdesk
"""

ZSH = r"""
#compdef ktdesk
_ktdesk() {
    local -a candidates
    local line about
    for line in "${(@f)$(print -rl -- "${(@)words[2,CURRENT]}" |
        "$words[1]" completion --words 2>/dev/null)}"; do
        [[ -n $line ]] && candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( $#candidates )); then
        _describe ktdesk candidates
    else
        _files
    fi
}
if [[ $funcstack[1] == _ktdesk ]]; then
    _ktdesk "$@"
else
    compdef _ktdesk ktdesk
fi
"""

FISH = r"""
function __ktdesk_complete
    set -l before (commandline -opc)
    set -l program $before[1]
    set -e before[1]
    set -l current (commandline -ct)
    set -l found (printf '%s\n' $before "$current" | $program completion --words 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c ktdesk -f -a '(__ktdesk_complete)'
"""

POWERSHELL = r"""
Register-ArgumentCompleter -Native -CommandName ktdesk, ktdesk.exe -ScriptBlock {
    param($current, $line, $position)
    $words = @($line.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $position } | ForEach-Object { "$_" })
    $program = $words[0]
    $words = @($words | Select-Object -Skip 1)
    if ($current) { $words = @($words | Select-Object -SkipLast 1) }
    (@($words) + "$current") -join "`n" | & $program completion --words 2>$null | ForEach-Object {
        $word, $about = $_ -split "`t", 2
        if (-not $about) { $about = $word }
        $text = if ($word -match '\s') { "'$word'" } else { $word }
        [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $about)
    }
}
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}
