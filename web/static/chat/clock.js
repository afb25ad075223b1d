// Times as WeChat shows them, always Beijing time.

import { words } from "./words.js";

const BEIJING = 8 * 3600 * 1000;
const DAY = 24 * 3600 * 1000;
export const GAP = 5 * 60 * 1000;

const two = (number) => String(number).padStart(2, "0");
const dayNumber = (moment) => Math.floor((moment + BEIJING) / DAY);

/** 18:03, 昨天 18:03, 星期三 18:03, 11月3日 18:03 or 2025年11月3日 18:03. */
export function stamp(moment, now = Date.now()) {
  const there = new Date(moment + BEIJING);
  const time = `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`;
  const days = dayNumber(now) - dayNumber(moment);
  if (days <= 0) return time;
  if (days === 1) return `${words.yesterday} ${time}`;
  if (days < 7) return `${words.weekdays[there.getUTCDay()]} ${time}`;
  const date = `${there.getUTCMonth() + 1}月${there.getUTCDate()}日 ${time}`;
  const sameYear = there.getUTCFullYear() === new Date(now + BEIJING).getUTCFullYear();
  return sameYear ? date : `${there.getUTCFullYear()}年${date}`;
}

/** 2026年12月1日 from 2026-12-01; anything else stays as it is. */
export function longDate(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(String(text));
  return found ? `${found[1]}年${Number(found[2])}月${Number(found[3])}日` : String(text);
}
