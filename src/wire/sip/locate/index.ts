/** Locating next hops: what the other rooms use of it. */
export { newDnsCache, type DnsCache } from './cache.ts'
export { hopFailed, hopWorked, inOrder, newFailedHops, type FailedHops } from './failover.ts'
export { newLocator, type LocateInput, type LocateOutput, type Locating, type Locator, type LocatorSetup, type Target } from './locate.ts'
