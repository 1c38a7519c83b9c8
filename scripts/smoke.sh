#!/usr/bin/env bash
# Installs the packed program in an empty folder without install scripts, as npm 12 does, and runs jobs on each Node.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export XDG_CACHE_HOME="$place/cache"

tarball=$(cd "$root" && npm pack --silent --pack-destination "$place" | tail -n 1)
mkdir "$place/app"
cd "$place/app"
echo '{ "private": true }' > package.json
npm install --loglevel error --ignore-scripts "$place/$tarball"
echo "$(find node_modules -name package.json -not -path '*/*/*/*/*' | wc -l) packages, $(stat -c %s "$place/$tarball") bytes packed"

for node in $(node --input-type=module -e "import { nodeBinary, nodeVersions } from '$root/scripts/nodes.js'; console.log(nodeVersions.map(nodeBinary).join('\n'))"); do
  offstage() { "$node" "$place/app/node_modules/offstage/bin/run.js" "$@"; }
  rm -rf demo && offstage init demo 2> /dev/null > /dev/null
  cd demo
  [ "$(offstage run hello name=Ada 2> /dev/null)" = 'Hello, Ada!' ]
  id=$(offstage run hello name=Grace --detach)
  "$node" -e 'for (let n = 0; n < 3000; n++) console.log(JSON.stringify({ name: n }))' > people.jsonl
  [ "$(offstage run hello --each people.jsonl --detach | wc -l)" = 3000 ]
  offstage workers start --burst 2> /dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do offstage jobs list --json > /dev/null; done
  offstage status "$id" --json | "$node" -e '
    const job = JSON.parse(require("fs").readFileSync(0, "utf8"))
    if (job.state !== "completed" || job.result !== "Hello, Grace!") throw new Error(JSON.stringify(job))
    console.log(`Node ${process.version}: ${job.id} ${job.state}`)'
  cd ..
done
