/** Gives records and bindings to a writer without end and says after each flush how many are on the disk. To be killed. */
import { openWriter } from '../../src/store/writer.ts'
import { binding, call } from './compliance.ts'

const [dir, kinds] = [process.argv[2]!, process.argv[3]!]
const writer = openWriter(dir, () => {}, { batchDelay: 5, retryDelay: 20, busyTimeout: 10 })
for (let number = 0; ; number++) {
  writer.record(call(number))
  if (kinds === 'all') writer.save(binding(number))
  if (number % 20 === 19 && (await writer.flush()).ok) process.stdout.write(`${number + 1}\n`)
}
