export { secretIn } from "../estate/secrets";
