/**
 * Makes a machine of its own out of this one's files: /etc, root's and others' homes, /run and
 * /usr/local/sbin are its own and gone with it, everything else is shared. `$1`: a directory with
 * `authorized_keys`, `sudoers`, `sshd_config`, `gate`, and `tools`, which come before all others in
 * the PATH. `$2`: the shell that /bin/sh is there. `$3`: the account that is let in. `$4`: `kept` for
 * a log daemon, which needs a /dev of its own.
 */
export const roomScript = String.raw`
set -e
# Not those in the room's own /usr/local/sbin.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
files=$1 shell=$2 account=$3
own=$files/own
mkdir -p "$own"
mount -t tmpfs -o mode=0755 room "$own"
cp -a /etc "$own/etc"
cp -a "$files/tools" "$own/sbin"
install -m 0755 "$files/gate" "$own/sbin/xen-backup-gate"
mkdir -m 0700 "$own/root"
mkdir "$own/home"
mount --bind "$own/etc" /etc
mount --bind "$own/sbin" /usr/local/sbin
mount --bind "$own/root" /root
mount --bind "$own/home" /home
mount -t tmpfs -o mode=0755 room /run
mkdir -p /run/sshd /run/xen-backup
chmod 0700 /run/xen-backup

home=/root
if [ "$account" != root ]; then
  home=/home/$account
  echo "$account:x:4711:4711::$home:/bin/sh" >>/etc/passwd
  echo "$account:*:19000:0:99999:7:::" >>/etc/shadow
  echo "$account:x:4711:" >>/etc/group
  mkdir -m 0750 "$home"
  install -m 0440 "$files/sudoers" /etc/sudoers.d/xen-backup
fi
mkdir -m 0700 "$home/.ssh"
install -m 0600 "$files/authorized_keys" "$home/.ssh/authorized_keys"
chown -R "$account:" "$home"

if [ "$4" = kept ]; then
  mkdir "$own/dev"
  for node in null zero full random urandom tty ptmx; do
    : >"$own/dev/$node"
    mount --bind "/dev/$node" "$own/dev/$node"
  done
  mkdir "$own/dev/pts"
  mount --bind /dev/pts "$own/dev/pts"
  ln -s /proc/self/fd "$own/dev/fd"
  mount --rbind "$own/dev" /dev
  busybox syslogd -O "$own/auth.log"
fi
mount --bind "/bin/$shell" "$(readlink -f /bin/sh)"
exec /usr/sbin/sshd -D -e -f "$files/sshd_config"
`;
