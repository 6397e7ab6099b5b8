# Tells the version of R, and what its read.csv takes words for a truth value for, as lines of `given: result`.
told <- function(word) {
  column <- read.csv(text = paste0("ok\n", word, "\n"))$ok
  wrong <- if (is.logical(column)) "" else ", so that **`ok == TRUE` is false for every row, without an error**"
  paste0("`", word, "` in a CSV: takes it for ", if (is.logical(column)) "a truth value" else "text", wrong)
}
paste(c(paste(R.version$major, R.version$minor, sep = "."), told("TRUE"), told("true")), collapse = "\n")
