; SPDX-License-Identifier: Apache-2.0
; The installer: for one user, without an administrator. package.py calls makensis with
;   SOURCE (the frozen program), TARGET (the file to make), VERSION, ICON, SIDE,
;   COMPRESSOR, and where there is a certificate SIGN (what signs the file that follows).
; Setup.exe /S installs silently, /D=PATH (last, without quotes) into another folder.
; uninstall.exe /S leaves chats, settings and models; /S /DATA removes them too.
; Codes of ending: 0 done, 1 cancelled, 2 KTDesk is running or its folder cannot be changed,
; 3 this Windows is too old.
Unicode true
Target amd64-unicode
ManifestDPIAware true
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "MUI2.nsh"
!include "WinVer.nsh"
!include "x64.nsh"

!define APP "KTDesk"
!define WINDOW "ktdesk-app.exe"
!define TERMINAL "ktdesk.exe"
!define TYPE "KTDesk.gguf"
!define CLASSES "Software\Classes"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP}"
!define DATA "$LOCALAPPDATA\ktdesk" ; what ktdesk/settings/folders.py says

Name "${APP} ${VERSION}"
OutFile "${TARGET}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${APP}"
InstallDirRegKey HKCU "Software\${APP}" "Folder"
SetCompressor ${COMPRESSOR}
BrandingText " "
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"'
!endif
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${APP}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${APP} Setup"
VIAddVersionKey "LegalCopyright" "The authors of ${APP}, Apache License 2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "$(WELCOME)"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${WINDOW}"
!define MUI_COMPONENTSPAGE_NODESC
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!define MUI_COMPONENTSPAGE_TEXT_TOP "$(WHAT_STAYS)"
!define MUI_PAGE_CUSTOMFUNCTION_SHOW un.HideSpace
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES

; The first language is that of everybody whose own is not here.
!insertmacro MUI_LANGUAGE "English"
LangString WELCOME ${LANG_ENGLISH} "This installs KTDesk for you alone; no administrator is needed.$\r$\n$\r$\nKTDesk runs very large language models on your own computer. It brings a small model to begin with; others are downloaded when you choose them.$\r$\n$\r$\n$_CLICK"
LangString TOO_OLD ${LANG_ENGLISH} "KTDesk needs 64-bit Windows 10 or newer."
LangString IS_RUNNING ${LANG_ENGLISH} "KTDesk is running from this folder, or its files cannot be changed:$\r$\n$INSTDIR$\r$\n$\r$\nClose it, also in the terminal, then try again."
LangString MODEL_FILE ${LANG_ENGLISH} "Language model (GGUF)"
LangString WHAT_STAYS ${LANG_ENGLISH} "Chats, settings and models stay, so that you have them when you install KTDesk again. Tick the box to remove them too. Models in folders of your own choice are never removed."
LangString PROGRAM ${LANG_ENGLISH} "KTDesk"
LangString USER_DATA ${LANG_ENGLISH} "Chats, settings and downloaded models"

!insertmacro MUI_LANGUAGE "SimpChinese"
LangString WELCOME ${LANG_SIMPCHINESE} "KTDesk 将只为当前用户安装，不需要管理员权限。$\r$\n$\r$\nKTDesk 让超大型语言模型在您自己的电脑上运行。安装包自带一个小模型供您体验；其他模型在您选择后才会下载。$\r$\n$\r$\n$_CLICK"
LangString TOO_OLD ${LANG_SIMPCHINESE} "KTDesk 需要 64 位的 Windows 10 或更新版本。"
LangString IS_RUNNING ${LANG_SIMPCHINESE} "KTDesk 正在此文件夹中运行，或其中的文件无法更改：$\r$\n$INSTDIR$\r$\n$\r$\n请关闭 KTDesk（包括终端中的），然后重试。"
LangString MODEL_FILE ${LANG_SIMPCHINESE} "语言模型 (GGUF)"
LangString WHAT_STAYS ${LANG_SIMPCHINESE} "对话、设置和模型会保留，重新安装 KTDesk 后仍可使用。如需一并删除，请勾选下面的选项。您自己选择的文件夹中的模型不会被删除。"
LangString PROGRAM ${LANG_SIMPCHINESE} "KTDesk"
LangString USER_DATA ${LANG_SIMPCHINESE} "对话、设置和已下载的模型"

; Ends with code 2 unless all programs can be replaced: nobody runs them. Nothing was changed then.
!macro WaitUntilClosed un
Function ${un}WaitUntilClosed
  again:
  StrCpy $1 "free"
  ${For} $2 1 2
    StrCpy $3 "$INSTDIR\${WINDOW}"
    ${IfThen} $2 = 2 ${|} StrCpy $3 "$INSTDIR\${TERMINAL}" ${|}
    ${If} ${FileExists} "$3"
      ClearErrors
      FileOpen $0 "$3" a
      ${If} ${Errors}
        StrCpy $1 "running"
      ${Else}
        FileClose $0
      ${EndIf}
    ${EndIf}
  ${Next}
  ${If} $1 == "running"
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(IS_RUNNING)" /SD IDCANCEL IDRETRY again
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd
!macroend
!insertmacro WaitUntilClosed ""
!insertmacro WaitUntilClosed "un."

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_ICONSTOP "$(TOO_OLD)" /SD IDOK
    SetErrorLevel 3
    Quit
  ${EndIf}
FunctionEnd

!macro RemoveFolders
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licenses"
!macroend

Section "Install"
  Call WaitUntilClosed
  ; What an older version had and this one has not must not stay. Only where KTDesk already is: who
  ; chooses a folder with other things in it keeps them.
  ${If} ${FileExists} "$INSTDIR\${WINDOW}"
    !insertmacro RemoveFolders
  ${EndIf}
  SetOutPath "$INSTDIR"
  SetOverwrite try
  ClearErrors
  File /r "${SOURCE}/*"
  ${If} ${Errors}
    MessageBox MB_ICONSTOP "$(IS_RUNNING)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$INSTDIR\${WINDOW}"
  WriteRegStr HKCU "Software\${APP}" "Folder" "$INSTDIR"

  ; KTDesk can open models; which program opens them by default, Windows and the user decide.
  WriteRegStr HKCU "${CLASSES}\${TYPE}" "" "$(MODEL_FILE)"
  WriteRegStr HKCU "${CLASSES}\${TYPE}\DefaultIcon" "" "$INSTDIR\${WINDOW},0"
  WriteRegStr HKCU "${CLASSES}\${TYPE}\shell\open\command" "" '"$INSTDIR\${WINDOW}" "%1"'
  WriteRegNone HKCU "${CLASSES}\.gguf\OpenWithProgids" "${TYPE}"
  ReadRegStr $0 HKCU "${CLASSES}\.gguf" ""
  ${If} $0 == ""
    WriteRegStr HKCU "${CLASSES}\.gguf" "" "${TYPE}"
  ${EndIf}
  ${RefreshShellIcons}

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${APP}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${WINDOW}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The authors of ${APP}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

Section "un.$(PROGRAM)" UninstallProgram
  SectionIn RO
  Call un.WaitUntilClosed
  !insertmacro RemoveFolders
  Delete "$INSTDIR\${WINDOW}"
  Delete "$INSTDIR\${TERMINAL}"
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP" ; a folder in use is not removed
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${APP}.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\${APP}"
  DeleteRegKey HKCU "${CLASSES}\${TYPE}"
  DeleteRegValue HKCU "${CLASSES}\.gguf\OpenWithProgids" "${TYPE}"
  DeleteRegKey /ifempty HKCU "${CLASSES}\.gguf\OpenWithProgids"
  ReadRegStr $0 HKCU "${CLASSES}\.gguf" ""
  ${If} $0 == "${TYPE}"
    DeleteRegValue HKCU "${CLASSES}\.gguf" ""
    DeleteRegKey /ifempty HKCU "${CLASSES}\.gguf"
  ${EndIf}
  ${RefreshShellIcons}
SectionEnd

Section /o "un.$(USER_DATA)" UninstallData
  RMDir /r "${DATA}"
SectionEnd

Function un.HideSpace ; removing needs none
  ShowWindow $mui.ComponentsPage.SpaceRequired ${SW_HIDE}
FunctionEnd

Function un.onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DATA" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${UninstallData}
  ${EndIf}
FunctionEnd
