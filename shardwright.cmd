@echo off
rem Runs the program. In a clone it is built first when it is missing or older than its sources; a release has it beside this file.
setlocal EnableExtensions DisableDelayedExpansion
set "root=%~dp0"
set "jar=%root%cli\target\shardwright.jar"
rem As Maven does, whose JDK it is too.
set "java=java"
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "java=%JAVA_HOME%\bin\java.exe"
set "stale="
set "release="
if exist "%root%shardwright.jar" set "release=1"
if defined release set "jar=%root%shardwright.jar"
if not exist "%jar%" set "stale=1"
if not defined stale if not defined release (
  powershell -NoProfile -Command "$jar = (Get-Item -LiteralPath '%jar%').LastWriteTime; $new = Get-ChildItem -Path '%root%pom.xml', '%root%*\pom.xml', '%root%*\src\main' -Recurse -File -ErrorAction SilentlyContinue | Where-Object { $_.LastWriteTime -gt $jar } | Select-Object -First 1; if ($new) { exit 1 }"
  if errorlevel 1 set "stale=1"
)
if defined stale (
  echo building %jar% 1>&2
  call mvn -q -B -Dmaven.test.skip=true -f "%root%pom.xml" package -pl cli -am 1>&2
  if errorlevel 1 (
    echo error: the build failed; see above 1>&2
    exit /b 70
  )
)

rem Moving bytes and showing headers end before the second compiler pays. Arithmetic needs it, for loops alone: compiling
rem other methods would take processors from the work.
set "tier=-XX:TieredStopAtLevel=1 -XX:Tier3InvocationThreshold=100 -XX:Tier3MinInvocationThreshold=50 -XX:Tier3CompileThreshold=1000"
set "loops=-XX:Tier4InvocationThreshold=100000 -XX:Tier4MinInvocationThreshold=100000 -XX:Tier4CompileThreshold=300000"
for %%a in (%*) do (
  for %%k in (--dtype --precision --lora --device --manifest --sums --values verify diff) do (
    if /i "%%~a"=="%%k" set "tier=%loops%"
  )
)
"%java%" -Xmx256m -Xms32m -Xmn24m -XX:+UseSerialGC -Xshare:auto %tier% "-Djdk.serialFilter=!*" "-Dshardwright.home=%root%." "-Dshardwright.launcher=%~f0" %SHARDWRIGHT_JAVA_OPTS% -jar "%jar%" %*
exit /b %errorlevel%
