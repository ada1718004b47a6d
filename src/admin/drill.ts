/** `ringfort drill toll-fraud`: attacks the configuration as it is; changes nothing. Standards R120–R137; attack class A44 */
import { ok, type Result } from '../kit/result.ts'
import { type DrillRow, drillTollFraud } from '../policy/drill.ts'
import type { Answer, Command } from './commands.ts'
import type { House } from './house.ts'

export const drillCommands: readonly Command[] = [
  { name: 'drill toll-fraud', about: 'Attacks the configuration with known patterns of toll fraud and says what stopped each; changes nothing. Exit code 1 if something would go through.', who: 'owner', options: [], run: tollFraud },
]

async function tollFraud(house: House): Promise<Result<Answer>> {
  const drill = drillTollFraud(house.snapshot(), house.now()), { attacks, tried, counts: { through, open, stopped, unreachable } } = drill
  return ok({
    document: drill, failed: through > 0,
    table: { columns: ['attack', 'tried', 'outcome', 'way', 'dialled', 'row', 'because'], rows: shown(drill.rows).map(cells) },
    note: `${attacks} attacks, ${tried} tries in ${drill.rows.length} ways: ${through} went through, ${open} are open because the site says so, ${stopped} were stopped, ${unreachable} found none.${through > 0 ? ' Close what went through.' : ''}`,
  })
}

/** Everything that goes through; of the rest one row an attack, the one that went furthest. */
function shown(rows: readonly DrillRow[]): DrillRow[] {
  const byAttack = [...Map.groupBy(rows.filter(({ outcome }) => outcome !== 'through'), ({ attack }) => attack).values()]
  const furthest = byAttack.map((all) => ({ ...(['open', 'stopped'] as const).map((outcome) => all.find((row) => row.outcome === outcome)).find((row) => row !== undefined) ?? all[0]!, tried: all.reduce((sum, { tried }) => sum + tried, 0) }))
  return [...rows.filter(({ outcome }) => outcome === 'through'), ...furthest]
}

function cells({ attack, tried, outcome, way, dialled, object, field, by }: DrillRow): string[] {
  return [attack, String(tried), outcome, way, dialled, object === undefined ? '' : field === undefined ? object : `${object}.${field}`, by]
}
