/**
 * Initials of Chinese names: 树莓派 is found by "smp". The browser's own pinyin order tells the initial of any
 * character by where it falls between the first characters of each letter, so there is no dictionary to send.
 */

/** The first character of each initial in pinyin order, found by sorting all of Unicode's basic Han block. */
const FIRST = "吖丷嚓咑妸发旮哈丌咔垃呣拏喔妑七呥仨他屲夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";

/** Common characters with a second reading under another letter: what stands before them, then all letters. */
const SEVERAL = "长cz重cz行xh车cj调dt朝cz单dsc弹dt传cz藏cz乐ly贾jg解jx降jx卡kq壳kq石sd识sz厦sx宿sx提td系xj校xj阿ae合hg核hg会hk奇qj曾cz种zc属sz率ls盛sc省sx参cs差cj泊pb便bp尾wy蚌bp粘zn轧yzg蛤hg咖kg茄qj柜gj翟zd尉wy区qo折zs圈qj薄bp剥bp膀bp屏pb瀑pb仇cq臭cx刹sc殷y炮pb秘mb说sy";

const order = new Intl.Collator("zh-Hans-u-co-pinyin");
/** A browser without Chinese order sorts these by code point, and then gives no initials rather than wrong ones. */
const knowsOrder = order.compare("阿", "中") < 0;
const several = new Map([...SEVERAL.matchAll(/(\p{Script=Han})([a-z]+)/gu)].map(([, letter = "", initials = ""]) => [letter, initials]));
const HAN = /\p{Script=Han}/u;
const FIRSTS = [...FIRST];

/** The letters that may stand for each letter of the name; spaces and signs are passed over. */
export function initialsOf(name: string): string[] {
  return [...name.normalize("NFKC").toLowerCase()].flatMap((letter) => {
    if (/[a-z0-9]/.test(letter)) return [letter];
    return HAN.test(letter) && knowsOrder ? [several.get(letter) ?? initialOf(letter)] : [];
  });
}

function initialOf(letter: string): string {
  let [low, high] = [0, FIRSTS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order.compare(letter, FIRSTS[middle] ?? "") < 0) high = middle;
    else low = middle + 1;
  }
  return LETTERS[low - 1] ?? "";
}

/** Whether the wanted letters are initials of neighbouring letters of the name. */
export function hasInitials(initials: readonly string[], wanted: string): boolean {
  for (let start = 0; start + wanted.length <= initials.length; start++) {
    if ([...wanted].every((letter, at) => initials[start + at]?.includes(letter))) return true;
  }
  return false;
}
