#!/usr/bin/env bash
# Builds (the first time) and starts Judge. Arguments, output and exit codes are
# those of Judge.java; exit 3 says that a JDK or its artifacts cannot be had.
#   JUDGE_PACKAGES   folder of the FHIR packages; without it ../../../shared/oracles/fhir/packages
#   JUDGE_USCORE     release of US Core whose package is used; without it 6.1.0
#   JUDGE_BUILD      folder for what is built; without it below the user's cache
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=${JUDGE_PACKAGES:-${PORTAGE_SHARED:-$here/../../../shared}/oracles/fhir/packages}
key=$(cat "$here/pom.xml" "$here"/src/main/java/*.java "$here"/src/main/resources/* | sha256sum | cut -c1-16)
build=${JUDGE_BUILD:-${XDG_CACHE_HOME:-$HOME/.cache}/portage/judge-$key}
if ! command -v mvn >/dev/null || ! command -v javac >/dev/null; then
  echo "judge: no JDK or no Maven (Debian: default-jdk-headless, maven)" >&2
  exit 3
fi
if [ ! -f "$build/classpath" ]; then
  mkdir -p "$build"
  cp -r "$here/pom.xml" "$here/src" "$build/"
  (cd "$build" && mvn -q -B package dependency:build-classpath -Dmdep.outputFile=classpath.new) >&2 || { echo "judge: it could not be built" >&2; exit 3; }
  mv "$build/classpath.new" "$build/classpath"
fi
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Xmx${JUDGE_MEMORY:-1500m}" -Djudge.packages="$packages" -Djudge.uscore="${JUDGE_USCORE:-6.1.0}" -cp "$build/target/classes:$(cat "$build/classpath")" Judge "$@"
