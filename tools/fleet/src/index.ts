/**
 * Believable monorepos from a seed, for tests, the benchmark and the demo.
 */
export { writeFleet, type FleetOptions } from './write.ts'
export { writeShop, type ShopPackage } from './shop.ts'
export { sizes, type FleetDependency, type FleetPackage, type FleetSize, type SizeName } from './shape.ts'
export { writeRepository, git, type Author, type FleetCommit } from './repository.ts'
export { randomFrom, type Random } from './random.ts'
