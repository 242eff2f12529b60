// Key stores as keytool of JDK 17 wrote them, with the password `changeit` and one certificate of a key made for this file:
//   keytool -genkeypair -alias srv -keyalg EC -dname CN=jvm -validity 36500 -storetype JKS -keystore key.jks
//   keytool -exportcert -rfc ..., keytool -importcert -alias c -storetype JKS|PKCS12 ...
// OLD_PKCS12 with -J-Dkeystore.pkcs12.legacy, as JDKs before 8u301 did.

const decoded = (text: string): Buffer => Buffer.from(text, 'base64');

export const KEY_JKS = decoded(
  '/u3+7QAAAAIAAAABAAAAAQADc3J2AAABogDr1HcAAAB/MH0wDgYKKwYBBAEqAhEBAQUABGsLLCOZa/5u6aM/qugMf7p45cKW' +
    'Nx2+BriMH/+1rUwfkgGJxk/pISGhlJEwVwJIwp44+wQAiL3Iu+iM945PKyCkHtTyTWJq2av1XcroSwb3MOcFc2fmYFlHawnb' +
    'zT+GUpWksYOQRCfYTRgE0wAAAAEABVguNTA5AAABOTCCATUwgdygAwIBAgIJAO4mfUSYrLs0MAoGCCqGSM49BAMCMA4xDDAK' +
    'BgNVBAMTA2p2bTAgFw0yNjExMjIwMTQzMDVaGA8yMTI2MTAyOTAxNDMwNVowDjEMMAoGA1UEAxMDanZtMFkwEwYHKoZIzj0C' +
    'AQYIKoZIzj0DAQcDQgAEHyKJtVpJd2/DMBFREzMC+Mcl+AvmeaaiLxn3UevunnFarVQTQ4Ke6m8dsqCLHzskkk8HD7Gy/q8v' +
    'OwaNia/poqMhMB8wHQYDVR0OBBYEFPGPiALGWeCvIgakf9B/D9mRwbB+MAoGCCqGSM49BAMCA0gAMEUCIBxkPI3SlwYQmV8o' +
    '7LXjkXoqNip16Q2nGiqHKS+6NcCQAiEA3lin4zreuWQ3RY9yEjg4CyODQeQlSq1bzHKyHRu2LE1p8BEptomWZ/MuCiqTnKNY' +
    'axjiXQ==',
);

export const TRUST_JKS = decoded(
  '/u3+7QAAAAIAAAABAAAAAgABYwAAAaIA69d5AAVYLjUwOQAAATkwggE1MIHcoAMCAQICCQDuJn1EmKy7NDAKBggqhkjOPQQD' +
    'AjAOMQwwCgYDVQQDEwNqdm0wIBcNMjYxMTIyMDE0MzA1WhgPMjEyNjEwMjkwMTQzMDVaMA4xDDAKBgNVBAMTA2p2bTBZMBMG' +
    'ByqGSM49AgEGCCqGSM49AwEHA0IABB8iibVaSXdvwzARURMzAvjHJfgL5nmmoi8Z91Hr7p5xWq1UE0OCnupvHbKgix87JJJP' +
    'Bw+xsv6vLzsGjYmv6aKjITAfMB0GA1UdDgQWBBTxj4gCxlngryIGpH/Qfw/ZkcGwfjAKBggqhkjOPQQDAgNIADBFAiAcZDyN' +
    '0pcGEJlfKOy145F6KjYqdekNpxoqhykvujXAkAIhAN5Yp+M63rlkN0WPchI4OAsjg0HkJUqtW8xysh0btixN1okqhVhcLKGe' +
    '3yeF+430UzUv5V4=',
);

export const TRUST_PKCS12 = decoded(
  'MIICogIBAzCCAkwGCSqGSIb3DQEHAaCCAj0EggI5MIICNTCCAjEGCSqGSIb3DQEHBqCCAiIwggIeAgEAMIICFwYJKoZIhvcN' +
    'AQcBMGYGCSqGSIb3DQEFDTBZMDgGCSqGSIb3DQEFDDArBBQpmYprYBMmrqIW7z+gJznOS1tYfAICA+gCASAwDAYIKoZIhvcN' +
    'AgkFADAdBglghkgBZQMEASoEENp1MmZZ9+tVrA0Hh3zBGhiAggGgH+1x3YNVgAbS018tnta1KLcd2XeaniF5ksEwat+t9tu0' +
    'EhJKBv4Q4VTKenBPqf56/uTbhyve+ZnhqGtBfU3RJDRFHCuIJe6MNu8TCRu1W1iYI1swfC7MBJAys01qQGWtuOvB8Vey37el' +
    'a/ioTqJDZ25gHQbuHvqHpkNkzsgI361KjUhmiNjAcs2hfM6m6wlpSwNEmK9ljAv/+levDIBwdTQ7JWjNq1uMtDRCpTXzhM+7' +
    'oFnyLGu9dBaL1djI5HwY7dkTg4u/7QDspD8p4N6/UMSOOKrXVmyRJu5SGFhfdxVUXZcyl4yTL6trCye5L5vGWfXA9Rs5ykJc' +
    'V6sY3Nur+w/EYDriizj/Dn4B7T4ajcpE2pjRvoxuHaecOZBGrlr0657eMgrCmJUHBLGdXYJBcEDt7Fv7x1nqrJAg/L8TSljy' +
    'Jz74T55QORDY8WS+XPcSGMEcawzLufcdpRziv0fAPJ/2G2ES587OwhaaJWBlyiGjY1nBG1Xse0eQe1Dmk/IVoB3judqmXItO' +
    'K7wAT0JajPrx5L0b2Fbt0OCCR8tGrQ0wTTAxMA0GCWCGSAFlAwQCAQUABCBUuvLtWVzCiJTF0N1CyXCbW+BN0jgI2AflwWqc' +
    'Xd6nDgQU2D8SofIPLtQB5eVIH784uZCSeVMCAgPo',
);

export const OLD_PKCS12 = decoded(
  'MIICTgIBAzCCAgcGCSqGSIb3DQEHAaCCAfgEggH0MIIB8DCCAewGCSqGSIb3DQEHBqCCAd0wggHZAgEAMIIB0gYJKoZIhvcN' +
    'AQcBMCkGCiqGSIb3DQEMAQYwGwQUWS4M4/4VH8ty9p75xLS/JpaYaAsCAwDDUICCAZj8tz+rIIvzr71BL8iYzCoWiR5uyuhr' +
    '/19CLdM8TQJkucU/1DsovjmxpI2Rr6Lr/ld+aAa5Y877im1RQ4aj00Bd/E36f/KGJVro2X3tcljbHNZvcO6bE1Cyetq3TUQ8' +
    'FP9xgUp1b9SHWqelAxt6vfDCvR3Z0ShF+QfxAB0JAYKn4aKRWey/n8aHGPWn49D3/iH6rcqHcmfd4h2svT+I0j8fr7bHigHP' +
    'e7bvUleCpASirIDLd81vnSoWL95+liNiTRIm5rlXGEkHhZmaCTcn5V6+UZgnUQpTnA4S4inVrc128YiAlUbfTH75WgNTYMpK' +
    'iLVwil+YyNClZ9xpfWz5uPykKGGZcd47uhnlb3wnAWlddvd3AQF+A9WNb/ZD5W0oUROlblF4m1DKQq+3mB6bifAaavYMqlB+' +
    'W7CNaQ68e5ON9W48ZLovCzkdc+B/o3BKAxCGaQkF2j160VlslCBjFtlN8WqiohAbbzzT6+TTH8606iAb8cz95ydRFAPz0+ux' +
    'XG/HriFAcHANogeeZ6P3qWroF0dSWKX2ZYIwPjAhMAkGBSsOAwIaBQAEFH3RAVYgbmT0M/DiDSeXYSHSIk6nBBSzoD7irEzC' +
    '1QaLFvw4fGodQxIMdAIDAYag',
);
