// Saves rows (JSON on stdin, dates as [year, month, day, hour, minute, second]) by SheetJS.
const XLSX = require("xlsx");
const [folder] = process.argv.slice(2);
const rows = JSON.parse(require("fs").readFileSync(0, "utf8"));
const cells = rows.map((row) =>
  row.map((cell) => {
    if (!Array.isArray(cell)) return cell;
    const [y, mo, d, h, mi, s] = cell;
    const days = (Date.UTC(y, mo - 1, d, h, mi, s) - Date.UTC(1899, 11, 30)) / 86400000;
    return { t: "n", v: days, z: "yyyy-mm-dd hh:mm:ss" };
  })
);
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(cells), "Statement");
for (const [name, type] of [["xlsx", "xlsx"], ["ods", "ods"], ["xls", "biff8"], ["csv", "csv"]])
  XLSX.writeFile(book, `${folder}/sheetjs.${name}`, { bookType: type });
