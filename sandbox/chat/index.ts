export { startChat, type ChatOptions, type RunningChat } from "./server";
export { channelSecret } from "./signature";
export type { Message, Refusal, Rendered } from "./model";
