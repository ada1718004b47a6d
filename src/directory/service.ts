/** What differs from the port table for one service; the table itself stands in edge/. Standards R001-R051 (ports). */
import { define, type Defined, optional, whole, yesNo } from './define.ts'

export const service = define({ kind: 'service', collection: 'services', shape: 'keyed', label: 'Service', about: 'A row of the port table, by its name: only what differs.' }, {
  port: optional(whole('Port', 'Port to bind; 0 for any that is free.', 0, 65_535)),
  enabled: optional(yesNo('Enabled', 'Whether the service is open.')),
})

export type Service = Defined<typeof service>
