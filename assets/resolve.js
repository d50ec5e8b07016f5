// Fills in what an option of zhike.charts leaves open: colours by token, formats by name.

const LOCALES = { en: "en", zh: "zh-CN" };
const SHORTENED_FROM = { en: 1000, zh: 10000 }; // 1K, 1万

/** The option with colours for tokens and functions for named formats. */
export function resolve(value, context) {
  if (typeof value === "string") {
    return value.startsWith("@") ? (context.palette[value.slice(1)] ?? value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, context));
  if (value === null || typeof value !== "object") return value;
  if ("$format" in value) return formatter(value.$format, Boolean(value.short), context);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("$"))
      .map(([key, item]) => [key, resolve(item, context)]),
  );
}

/** ECharts hands an axis formatter the value, a label formatter its parameters. */
function formatter(name, short, context) {
  const write = writer(name, short, context);
  return (given) => {
    const value = given !== null && typeof given === "object" && "value" in given ? given.value : given;
    const last = Array.isArray(value) ? value[value.length - 1] : value;
    return last === null || last === undefined || last === "" ? "–" : write(last);
  };
}

/** What is written as nothing has no sign: $0.00, not -$0.00. */
const UNSIGNED_NOTHING = { signDisplay: "negative" };

function writer(name, short, { language, currency }) {
  const locale = LOCALES[language] ?? LOCALES.en;
  const number = (options) => {
    const format = new Intl.NumberFormat(locale, { ...UNSIGNED_NOTHING, ...options });
    return (value) => format.format(value);
  };
  const plain = (options, digits) =>
    short ? shortened(locale, language, options) : number({ ...options, maximumFractionDigits: digits });
  switch (name) {
    case "count":
      return plain({}, 0);
    case "number":
    case "score":
    case "days":
      return plain({}, 2);
    case "amount": {
      const money = currency ? { style: "currency", currency } : {};
      return short ? plain(money, 0) : amount(locale, money);
    }
    case "share":
      return number({ style: "percent", maximumFractionDigits: short ? 0 : 1 });
    case "month":
      return (value) => month(String(value), short, language);
    default:
      return (value) => String(value);
  }
}

/** At most three or four figures: 0.5, 68.3, 134, 1.2K, 1.2万. */
function shortened(locale, language, options) {
  const format = (digits, notation) =>
    new Intl.NumberFormat(locale, {
      ...UNSIGNED_NOTHING,
      ...options,
      notation,
      minimumFractionDigits: 0,
      maximumFractionDigits: digits,
    });
  const [small, whole, large] = [format(1, "standard"), format(0, "standard"), format(1, "compact")];
  return (value) => {
    const size = Math.abs(value);
    if (size >= SHORTENED_FROM[language]) return large.format(value);
    return (size >= 100 ? whole : small).format(value);
  };
}

/** Large amounts are read without decimals, as everywhere else. */
function amount(locale, money) {
  const [cents, whole] = [2, 0].map(
    (digits) =>
      new Intl.NumberFormat(locale, {
        ...UNSIGNED_NOTHING,
        ...money,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  return (value) => (Math.abs(value) >= 10000 ? whole : cents).format(value);
}

/** 2024-03 stays so in English; Chinese reads 2024年3月, short 24年3月. */
function month(text, short, language) {
  const found = /^(\d{4})-(\d{2})/.exec(text);
  if (!found) return text;
  const [, year, number] = found;
  if (language !== "zh") return `${year}-${number}`;
  return `${short ? year.slice(2) : year}年${Number(number)}月`;
}
