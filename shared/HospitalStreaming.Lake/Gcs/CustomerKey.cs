using System.Security.Cryptography;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>
/// A customer-supplied AES-256 key, as Cloud Storage takes it with every request for an object's content or checksums.
/// See https://cloud.google.com/storage/docs/encryption/customer-supplied-keys.
/// </summary>
internal sealed class CustomerKey
{
    private const int KeyBytes = 32;
    private readonly string _key;
    private readonly string _sha256;

    private CustomerKey(byte[] key) => (_key, _sha256) = (Convert.ToBase64String(key), Convert.ToBase64String(SHA256.HashData(key)));

    /// <summary>Reads a file that holds the key in base64.</summary>
    /// <exception cref="LakeException">The file cannot be read, or holds something else. The message never shows its content.</exception>
    internal static CustomerKey Read(string file)
    {
        try
        {
            var key = Convert.FromBase64String(File.ReadAllText(file).Trim());
            return key.Length == KeyBytes ? new CustomerKey(key) : throw new FormatException();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new LakeException($"Lake:CustomerKeyFile {file} must be a readable file with 32 bytes in base64", failure is FormatException ? null : failure);
        }
    }

    internal void AddTo(HttpRequestMessage request)
    {
        request.Headers.Add("x-goog-encryption-algorithm", "AES256");
        request.Headers.Add("x-goog-encryption-key", _key);
        request.Headers.Add("x-goog-encryption-key-sha256", _sha256);
    }
}
