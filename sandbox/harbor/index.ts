export { type HarborOptions, startHarbor } from "./server";
