/** The door of the package: a whole phone system in one process. */
export { simulatedSite, startSimulation as startRingfort } from './main/simulation/start.ts'
export type { Ledger, LadderLine, PhoneChoice, SimulatedSite, SimulatedSystem, SimulationSettings } from './main/simulation/start.ts'
export type { VirtualPhone } from './main/simulation/phone.ts'
export { mediaApart, streamOf, type Stream } from './main/simulation/phone/media.ts'
export type { Talk } from './main/simulation/phone/state.ts'
export { fair, foul, severed, type Weather } from './main/simulation/weather.ts'
