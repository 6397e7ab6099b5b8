// Every line of every command on a study whose words are hostile, in a pipe and on a terminal.
import { checkHostileWords } from "./hostile-words.ts";

checkHostileWords("all");
