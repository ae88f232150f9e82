/** How an Application subscribes to a notification: by an annotation, for each trigger and channel. Pure. */

const prefix = "notifications.argoproj.io/";

/** Longest name of an annotation, the part of its key after the slash, in characters. */
const longestName = 63;

/** Key of the annotation. */
export function subscriptionKey(trigger: string, channel: string): string {
    return `${prefix}subscribe.${trigger}.${channel}`;
}

/** How many characters a channel's name can have, if it is notified of the trigger. */
export function longestChannel(trigger: string): number {
    return longestName - (subscriptionKey(trigger, "").length - prefix.length);
}
