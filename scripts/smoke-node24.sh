#!/usr/bin/env bash
# Installs the packed program on Node 24 in an empty folder, as a user would, and runs a job through a worker.
# Node comes from the npm package `node`, and better-sqlite3 is compiled with the headers in it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

tarball=$(cd "$root" && npm pack --silent --pack-destination "$place" | tail -n 1)
mkdir "$place/node" "$place/app"
echo '{ "private": true, "allowScripts": { "node": true } }' > "$place/node/package.json"
echo '{ "private": true, "allowScripts": { "better-sqlite3": true } }' > "$place/app/package.json"
npm install --loglevel error --prefix "$place/node" node@24
header=$(find "$place/node/node_modules" -path '*/include/node/node.h' | head -n 1)
node24=${header%/include/node/node.h}
export PATH="$node24/bin:$PATH" npm_config_nodedir="$node24" XDG_CACHE_HOME="$place/cache"
cd "$place/app"
npm install --loglevel error "$place/$tarball"

offstage="$place/app/node_modules/.bin/offstage"
"$offstage" init demo
cd demo
[ "$("$offstage" run hello name=Ada)" = 'Hello, Ada!' ]
id=$("$offstage" run hello name=Grace --detach)
"$offstage" workers start --burst
# Node 24.19 and later abort when an object of the SQLite driver is collected: many jobs and many reads would show it.
node -e 'for (let n = 0; n < 5000; n++) console.log(JSON.stringify({ name: n }))' > people.jsonl
[ "$("$offstage" run hello --each people.jsonl --detach | wc -l)" = 5000 ]
"$offstage" workers start --burst 2> /dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do "$offstage" jobs list --json > /dev/null; done
"$offstage" status "$id" --json | node -e '
  const job = JSON.parse(require("fs").readFileSync(0, "utf8"))
  if (job.state !== "completed" || job.result !== "Hello, Grace!") throw new Error(JSON.stringify(job))
  console.log(`Node ${process.version}: ${job.id} ${job.state}`)'
