// Asks with node's readline as package managers do; the answer goes to the file took.
const readline = require("node:readline");
const fs = require("node:fs");
const terminal = readline.createInterface({ input: process.stdin, output: process.stdout });
terminal.question(process.argv[2], (answer) => {
  fs.appendFileSync("took", JSON.stringify(answer) + "\n");
  terminal.close();
});
