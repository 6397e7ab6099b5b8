@echo off
rem Runs kym from the sources of this clone on Windows, from any folder and without a network.
setlocal
set "clone=%~dp0"
set "INIT_CWD="
set "KYM_CALLED_AS=%~0"
if not exist "%clone%apps\cli\node_modules" (
  echo kym: the clone at %clone% is not installed yet 1>&2
  echo      run this once, with a network: npx -y pnpm@12 install 1>&2
  exit /b 1
)
set "node=%clone%node_modules\node\bin\node.exe"
if not exist "%node%" set "node=node"
if "%node%"=="node" (
  node -e "const [a,b]=process.versions.node.split('.').map(Number);process.exit(a>22||a===22&&b>=18?0:1)" 2>nul || (
    echo kym: a clone of kym needs Node 22.18 or newer 1>&2
    echo      run npx -y pnpm@12 install in %clone%, which brings Node 24 for it 1>&2
    exit /b 1
  )
)
"%node%" --conditions=@kym/source --disable-warning=ExperimentalWarning "%clone%apps\cli\src\main.ts" %*
