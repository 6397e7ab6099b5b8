#!/usr/bin/env bash
# Node: the first message of a MessageChannel loads undici, the code of fetch, and holds the thread for some 20 ms.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund node@24.21.0
cat > probe.mjs <<'JS'
const loaded = () => process.moduleLoadList.filter((name) => name.includes("undici")).length;
const listen = {
  onmessage: (port, done) => { port.onmessage = done; },
  on: (port, done) => { port.on("message", done); },
};
async function message(how) {
  const { port1, port2 } = new MessageChannel();
  const begun = performance.now();
  await new Promise((done) => {
    listen[how](port1, done);
    port2.postMessage(null);
  });
  port1.close();
  return (performance.now() - begun).toFixed(1);
}
const counts = [loaded()];
const rows = [];
for (const how of ["on", "onmessage", "onmessage"]) {
  rows.push(`${how.padEnd(10)} ${await message(how)} ms`);
  counts.push(loaded());
}
console.log(`Node ${process.version}, a message to oneself; parts of undici loaded before: ${counts[0]}`);
rows.forEach((row, index) => console.log(`${row}, loaded then: ${counts[index + 1]}`));
console.log("A message to oneself is the usual way to let other work run. The event that onmessage gets is undici's class, loaded with all of fetch at the first one.");
if (counts[0] !== 0 || counts[1] !== 0 || counts[2] === 0) {
  console.log("The behaviour changed.");
  process.exit(1);
}
JS
node_modules/.bin/node probe.mjs
