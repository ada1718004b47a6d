/** Node's HTTP server. Not by `import`, which reads every export of a builtin: one of them is a whole HTTP client, 50 ms of each start. */
export const { createServer } = process.getBuiltinModule('node:http')
