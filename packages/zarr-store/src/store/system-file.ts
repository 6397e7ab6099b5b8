// Knows the names of files that operating systems and sync clients leave in every folder. They are nobody's data.

/** Whose file it is, in words for people. */
export type SystemFileOwner =
  | "macOS"
  | "Windows"
  | "OneDrive"
  | "Dropbox"
  | "Google Drive"
  | "Syncthing"
  | "Nextcloud"
  | "Resilio Sync"
  | "Synology"
  | "Linux"
  | "git"
  | "DVC"
  | "office programs";

/** Names in lower case: some file systems and archives change the case. */
const NAMES: ReadonlyMap<string, SystemFileOwner> = new Map(
  (
    [
      [
        "macOS",
        ".ds_store .localized .apdisk .volumeicon.icns .spotlight-v100 .trashes .fseventsd .temporaryitems " +
          ".documentrevisions-v100 .appledouble .appledb .appledesktop .com.apple.timemachine.donotpresent __macosx",
      ],
      ["Windows", "thumbs.db ehthumbs.db ehthumbs_vista.db desktop.ini $recycle.bin"],
      ["OneDrive", ".849c9593-d756-4e56-8d6e-42412f2a707b .onedrivetemp onedrivetemp"],
      ["Dropbox", ".dropbox .dropbox.attr .dropbox.cache .dropbox.device"],
      ["Google Drive", ".tmp.drivedownload .tmp.driveupload .driveupload .drivedownload"],
      ["Syncthing", ".stfolder .stignore .stversions"],
      ["Nextcloud", ".owncloudsync.log .nextcloudsync.log .sync-exclude.lst"],
      ["Resilio Sync", ".sync"],
      ["Synology", "@eadir @tmp #recycle"],
      ["Linux", ".directory lost+found"],
      ["git", ".git .gitattributes .gitignore .gitkeep .gitmodules"],
      ["DVC", ".dvc .dvcignore"],
    ] as const
  ).flatMap(([owner, names]) => names.split(" ").map((name) => [name, owner] as const)),
);

const PATTERNS: readonly (readonly [RegExp, SystemFileOwner])[] = [
  // AppleDouble: what a file system other than macOS's own cannot hold of the file of that name.
  [/^\._(?!sync_[0-9a-f]+\.db)/i, "macOS"],
  // The icon of a folder: its name ends with a carriage return. Google Drive makes one as well.
  [/^icon\r$/i, "macOS"],
  [/^system volume information$/i, "Windows"],
  // What a browser notes of a download, as a copy of the file's second stream.
  [/:zone\.identifier(:\$data)?$/i, "Windows"],
  [/^~rf[0-9a-f]+\.tmp$/i, "Windows"],
  [/^\.?~syncthing~.+\.tmp$|^\.syncthing\..+\.tmp$|^\.stfolder[. (].*$/i, "Syncthing"],
  [/^\._?sync_[0-9a-f]+\.db(-wal|-shm|-journal)?$/i, "Nextcloud"],
  [/\.(bts|!sync)$/i, "Resilio Sync"],
  [/^\.trash-\d+$|^\.nfs[0-9a-f]{8,}$|^\.fuse_hidden[0-9a-f]+$/i, "Linux"],
  // The lock of a document that is open: Microsoft Office, LibreOffice.
  [/^~\$|^\.~lock\..+#$/, "office programs"],
];

/** Whose file this is by its name; undefined for any other file. The same holds for folders and what they hold. */
export function systemFileOwner(name: string): SystemFileOwner | undefined {
  return NAMES.get(name.toLowerCase()) ?? PATTERNS.find(([pattern]) => pattern.test(name))?.[1];
}
