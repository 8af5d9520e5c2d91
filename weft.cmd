@echo off
rem Runs the weft program from a clone: finds a JDK, builds on first use, starts Java. The twin of the script weft, for Windows.
rem
rem   WEFT_JAVA_HOME  the JDK to use (default: JAVA_HOME, java on the PATH, then the usual places)
rem   WEFT_JAVA_OPTS  more options for the JVM
rem   WEFT_REBUILD    set to anything: build again (changed sources are not noticed here)
setlocal EnableExtensions DisableDelayedExpansion

set "WEFT_DIR=%~dp0"
set "WEFT_DIR=%WEFT_DIR:~0,-1%"
set "WEFT_LIB=%WEFT_DIR%\.weft\lib"
set "WEFT_LOG=%WEFT_DIR%\.weft\build.log"
set "WEFT_JDK="

if not defined WEFT_JAVA_HOME goto search
call :consider "%WEFT_JAVA_HOME%"
if defined WEFT_JDK goto found
>&2 echo weft: WEFT_JAVA_HOME is %WEFT_JAVA_HOME%, which is no JDK 25 or later: set it to one, or unset it
exit /b 4

:search
if defined JAVA_HOME call :consider "%JAVA_HOME%"
for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :consider "%%~dp$PATH:j.."
for /d %%d in ("%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%USERPROFILE%\.jdks\*" "%USERPROFILE%\.sdkman\candidates\java\*" "%USERPROFILE%\scoop\apps\*jdk*\current") do call :consider "%%~d"
if defined WEFT_JDK goto found
>&2 echo weft: no JDK 25 or later in JAVA_HOME, on the PATH, in %ProgramFiles% or %USERPROFILE%\.jdks: install one, or set WEFT_JAVA_HOME to one
exit /b 4

:found
if defined WEFT_REBUILD goto build
if exist "%WEFT_LIB%\weft-cli-*.jar" goto run

:build
where mvn >nul 2>nul
if errorlevel 1 (
    >&2 echo weft: needs Maven 3.8.7 or later to build itself, and there is no mvn on the PATH: install Maven
    exit /b 4
)
if not exist "%WEFT_DIR%\.weft" mkdir "%WEFT_DIR%\.weft"
>&2 echo Building Weft (about 2 minutes; log: %WEFT_LOG%)...
pushd "%WEFT_DIR%"
set "WEFT_OLD_JAVA_HOME=%JAVA_HOME%"
set "JAVA_HOME=%WEFT_JDK%"
call mvn -B -Dmaven.test.skip=true -pl weft-cli -am package >"%WEFT_LOG%" 2>&1
set "WEFT_STATUS=%ERRORLEVEL%"
set "JAVA_HOME=%WEFT_OLD_JAVA_HOME%"
popd
if not "%WEFT_STATUS%"=="0" (
    >&2 echo weft: the build failed, see %WEFT_LOG%
    exit /b 4
)
if exist "%WEFT_LIB%" rmdir /s /q "%WEFT_LIB%"
xcopy /q /i "%WEFT_DIR%\weft-cli\target\dist\lib\*.jar" "%WEFT_LIB%" >nul
if errorlevel 1 (
    >&2 echo weft: cannot store the build in %WEFT_LIB%: make room there, or end the weft that still uses it
    exit /b 4
)

:run
"%WEFT_JDK%\bin\java.exe" -Xlog:disable -Xlog:all=error:stderr --add-opens=java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "%WEFT_LIB%\*" "-Dweft.home=%WEFT_DIR%" "-Dweft.launcher=%~f0" %WEFT_JAVA_OPTS% dev.weft.cli.Main %*
exit /b %ERRORLEVEL%

rem Sets WEFT_JDK to the directory %1 if that is the first JDK 25 or later.
:consider
if defined WEFT_JDK exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
findstr /r "^JAVA_VERSION=.2[5-9] ^JAVA_VERSION=.[3-9][0-9]" "%~1\release" >nul 2>nul
if not errorlevel 1 set "WEFT_JDK=%~f1"
exit /b 0
