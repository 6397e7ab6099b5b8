# Tells what base R reads from files that `kym query -o` wrote, as lines of `file column class values`.
setwd("/data")
tell <- function(file, table) {
  lines <- vapply(names(table), function(name) {
    column <- table[[name]]
    values <- ifelse(is.na(column), "NA", as.character(column))
    paste(file, name, class(column), paste(values, collapse = "|"))
  }, "")
  paste(c(lines, paste(file, "accepted", nrow(table[which(table$ok == TRUE), ]))), collapse = "\n")
}
lower <- read.csv(text = "ok\ntrue\nfalse\n")
paste(
  tell("csv", read.csv("t.csv")),
  tell("tsv", read.delim("t.tsv")),
  paste("lower", class(lower$ok), sum(lower$ok == TRUE)),
  sep = "\n"
)
