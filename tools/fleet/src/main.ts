/**
 * `node tools/fleet/src/main.ts S|M|L|XL|COUNT|shop DIR [--seed N] [--merges]` writes a monorepo into an empty folder:
 * a generated one of that size, one of so many packages with a short history, or the small shop whose services run.
 */
import { runFleet } from './command.ts'

const { code, text } = runFleet(process.argv.slice(2))
if (code === 0) console.log(text)
else console.error(text)
process.exitCode = code
