/** What keeps an app at a tag, or keeps anything from being applied: the same annotations with every engine. Pure. */
import { holdAnnotation, pinAnnotation } from "../../../estate/labels";
import { mapOf, textOf, type Properties } from "../change";
import { hideText } from "../hide";
import { code } from "../noun";
import type { Setting, Settings } from "./setting";

function shown(setting: Setting | undefined): string {
    return code(hideText(setting?.value ?? "", ""));
}

/** Whether an object is on hold. */
export function isHeld({ metadata }: Properties): boolean {
    return holdAnnotation in mapOf(mapOf(metadata)["annotations"]);
}

/** Pin and hold of an object. */
export function pauseSettings({ metadata }: Properties): Settings {
    const annotations = mapOf(mapOf(metadata)["annotations"]);
    const [hold, pin] = [textOf(annotations[holdAnnotation]), textOf(annotations[pinAnnotation])];
    const held: Omit<Setting, "value"> = {
        name: { en: "hold", zh: "暂停" },
        sentence: (_, is) =>
            is === undefined
                ? {
                      en: "on hold no more, and what git says is applied again",
                      zh: "不再暂停，重新应用 Git 中的内容",
                  }
                : {
                      en: `on hold, and nothing is applied by itself (${shown(is)})`,
                      zh: `暂停，不再自动应用任何内容（${shown(is)}）`,
                  },
    };
    const pinned: Omit<Setting, "value"> = {
        name: { en: "pin", zh: "固定的标签" },
        sentence: (was, is) =>
            is === undefined
                ? {
                      en: `pinned to tag ${shown(was)} no more, and what git says runs`,
                      zh: `不再固定为标签 ${shown(was)}，运行 Git 中的版本`,
                  }
                : {
                      en: `pinned to tag ${shown(is)}${was === undefined ? "" : ` instead of ${shown(was)}`}, whatever git says`,
                      zh: `固定为标签 ${shown(is)}${was === undefined ? "" : `（原为 ${shown(was)}）`}，与 Git 中的版本无关`,
                  },
        // What runs is another version from then on.
        weight: () => "outage",
    };
    return {
        ...(hold === undefined ? {} : { hold: { ...held, value: hold } }),
        ...(pin === undefined ? {} : { pin: { ...pinned, value: pin } }),
    };
}
