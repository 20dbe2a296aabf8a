# SPDX-License-Identifier: Apache-2.0
# A shorter way to type `python make.py COMMAND` on Windows; the commands are in make.py.
# Needs Python 3.11 to 3.13 and the Visual Studio Build Tools with "C++ Clang tools for Windows".
$ErrorActionPreference = 'Stop'
$script = Join-Path $PSScriptRoot 'make.py'

if (Get-Command py -ErrorAction SilentlyContinue) {
    # The launcher may default to a Python that is too new: name the newest that fits.
    $installed = (& py -0) -join "`n"
    foreach ($version in '3.13', '3.12', '3.11') {
        if ($installed -match [regex]::Escape($version)) {
            & py "-$version" $script @args
            exit $LASTEXITCODE
        }
    }
}
if (Get-Command python -ErrorAction SilentlyContinue) {
    & python $script @args
    exit $LASTEXITCODE
}
Write-Error 'Python 3.11 to 3.13 is needed. Install it with: winget install Python.Python.3.13'
