using System.Globalization;
using System.Security.Cryptography;

namespace HospitalStreaming.Dashboard.Login;

/// <summary>Salted PBKDF2 of a password, as text for the configuration: pbkdf2-sha256:ROUNDS:SALT:HASH (base64).</summary>
public static class PasswordHash
{
    private const string Scheme = "pbkdf2-sha256";
    private const int Rounds = 600_000;
    private const int LeastRounds = 100_000;
    private const int MostRounds = 10_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Shortest password taken, in characters.</summary>
    public const int LeastLength = 12;

    /// <summary>Hashes a password with a fresh salt.</summary>
    /// <exception cref="ArgumentException">The password is shorter than <see cref="LeastLength"/>.</exception>
    public static string Create(string password)
    {
        if (password.Length < LeastLength)
        {
            throw new ArgumentException($"A password needs at least {LeastLength} characters.", nameof(password));
        }

        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Scheme}:{Rounds}:{Convert.ToBase64String(salt)}:{Convert.ToBase64String(Derive(password, salt, Rounds))}");
    }

    /// <summary>Whether the password is the one that was hashed; false for a malformed hash. Takes the same time for any password.</summary>
    public static bool Verify(string password, string hash) =>
        Parse(hash) is var (rounds, salt, expected) && CryptographicOperations.FixedTimeEquals(Derive(password, salt, rounds), expected);

    /// <summary>Whether the text is a hash made by <see cref="Create"/>.</summary>
    public static bool IsWellFormed(string hash) => Parse(hash) is not null;

    private static (int Rounds, byte[] Salt, byte[] Hash)? Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 4 || parts[0] != Scheme
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds is < LeastRounds or > MostRounds
            || !TryBase64(parts[2], out var salt) || salt.Length < SaltBytes
            || !TryBase64(parts[3], out var hash) || hash.Length != HashBytes)
        {
            return null;
        }

        return (rounds, salt, hash);
    }

    private static bool TryBase64(string text, out byte[] bytes)
    {
        var buffer = new byte[text.Length];
        var ok = Convert.TryFromBase64String(text, buffer, out var written);
        bytes = buffer[..written];
        return ok;
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, HashBytes);
}
