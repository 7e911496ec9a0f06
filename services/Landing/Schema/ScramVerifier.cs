using System.Security.Cryptography;
using System.Text;

namespace HospitalStreaming.Landing.Schema;

/// <summary>
/// A password as PostgreSQL stores it (SCRAM-SHA-256, RFC 5802 and 7677), so that the password itself stands in no statement a server may log.
/// </summary>
internal static class ScramVerifier
{
    /// <summary>PostgreSQL's default count.</summary>
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <summary>With a salt of its own each time.</summary>
    public static string Of(string password) => Of(password, RandomNumberGenerator.GetBytes(SaltBytes));

    internal static string Of(string password, byte[] salt)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, Encoding.ASCII.GetBytes("Server Key"));
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
