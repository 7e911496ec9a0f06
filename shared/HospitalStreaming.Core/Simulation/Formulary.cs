using System.Collections.Immutable;

namespace HospitalStreaming.Core.Simulation;

/// <summary>The medicines the hospital prescribes; medicine_id is the place in the list, from 1. Makers are invented.</summary>
internal static class Formulary
{
    public static ImmutableArray<Medicine> Medicines { get; } =
    [
        new("Paracetamol 500 mg", "Analgesic", "Northfield Pharma", 10, MedicineForm.Tablet),
        new("Ibuprofen 400 mg", "Analgesic", "Northfield Pharma", 18, MedicineForm.Tablet),
        new("Naproxen 250 mg", "Analgesic", "Calder Generics", 32, MedicineForm.Tablet),
        new("Tramadol 50 mg", "Opioid analgesic", "Calder Generics", 85, MedicineForm.Capsule),
        new("Morphine 10 mg/ml", "Opioid analgesic", "Harrow Sterile", 640, MedicineForm.Injection),
        new("Amoxicillin 500 mg", "Antibiotic", "Brightwell Labs", 45, MedicineForm.Capsule),
        new("Amoxicillin-clavulanate 875 mg", "Antibiotic", "Brightwell Labs", 120, MedicineForm.Tablet),
        new("Azithromycin 250 mg", "Antibiotic", "Brightwell Labs", 210, MedicineForm.Tablet),
        new("Ciprofloxacin 500 mg", "Antibiotic", "Calder Generics", 95, MedicineForm.Tablet),
        new("Doxycycline 100 mg", "Antibiotic", "Calder Generics", 70, MedicineForm.Capsule),
        new("Nitrofurantoin 100 mg", "Antibiotic", "Meridian Health", 130, MedicineForm.Capsule),
        new("Ceftriaxone 1 g", "Antibiotic", "Harrow Sterile", 1_450, MedicineForm.Injection),
        new("Oseltamivir 75 mg", "Antiviral", "Meridian Health", 980, MedicineForm.Capsule),
        new("Aciclovir 400 mg", "Antiviral", "Meridian Health", 140, MedicineForm.Tablet),
        new("Lisinopril 10 mg", "Antihypertensive", "Calder Generics", 22, MedicineForm.Tablet),
        new("Amlodipine 5 mg", "Antihypertensive", "Northfield Pharma", 20, MedicineForm.Tablet),
        new("Losartan 50 mg", "Antihypertensive", "Meridian Health", 38, MedicineForm.Tablet),
        new("Metoprolol 50 mg", "Beta blocker", "Calder Generics", 28, MedicineForm.Tablet),
        new("Hydrochlorothiazide 25 mg", "Diuretic", "Northfield Pharma", 15, MedicineForm.Tablet),
        new("Furosemide 40 mg", "Diuretic", "Northfield Pharma", 17, MedicineForm.Tablet),
        new("Atorvastatin 20 mg", "Statin", "Brightwell Labs", 42, MedicineForm.Tablet),
        new("Rosuvastatin 10 mg", "Statin", "Brightwell Labs", 66, MedicineForm.Tablet),
        new("Aspirin 81 mg", "Antiplatelet", "Northfield Pharma", 11, MedicineForm.Tablet),
        new("Clopidogrel 75 mg", "Antiplatelet", "Meridian Health", 74, MedicineForm.Tablet),
        new("Apixaban 5 mg", "Anticoagulant", "Ashgrove Biologics", 890, MedicineForm.Tablet),
        new("Metformin 500 mg", "Antidiabetic", "Calder Generics", 16, MedicineForm.Tablet),
        new("Empagliflozin 10 mg", "Antidiabetic", "Ashgrove Biologics", 1_890, MedicineForm.Tablet),
        new("Insulin glargine 100 units/ml", "Antidiabetic", "Ashgrove Biologics", 9_800, MedicineForm.Injection),
        new("Levothyroxine 50 mcg", "Thyroid hormone", "Meridian Health", 26, MedicineForm.Tablet),
        new("Salbutamol 100 mcg", "Bronchodilator", "Brightwell Labs", 1_650, MedicineForm.Inhaler),
        new("Budesonide-formoterol 160/4.5 mcg", "Corticosteroid", "Ashgrove Biologics", 18_200, MedicineForm.Inhaler),
        new("Prednisone 20 mg", "Corticosteroid", "Calder Generics", 24, MedicineForm.Tablet),
        new("Cetirizine 10 mg", "Antihistamine", "Northfield Pharma", 19, MedicineForm.Tablet),
        new("Omeprazole 20 mg", "Proton pump inhibitor", "Northfield Pharma", 25, MedicineForm.Capsule),
        new("Ondansetron 4 mg", "Antiemetic", "Meridian Health", 115, MedicineForm.Tablet),
        new("Sertraline 50 mg", "Antidepressant", "Brightwell Labs", 34, MedicineForm.Tablet),
        new("Sumatriptan 50 mg", "Antimigraine", "Calder Generics", 310, MedicineForm.Tablet),
        new("Hydrocortisone 1% cream", "Corticosteroid", "Northfield Pharma", 480, MedicineForm.Cream),
        new("Ferrous sulfate 325 mg", "Supplement", "Northfield Pharma", 12, MedicineForm.Tablet),
        new("Latanoprost 0.005%", "Ophthalmic", "Harrow Sterile", 2_350, MedicineForm.Drops),
        new("Tamsulosin 0.4 mg", "Alpha blocker", "Meridian Health", 48, MedicineForm.Capsule),
        new("Adalimumab 40 mg", "Biologic", "Ashgrove Biologics", 24_900, MedicineForm.Injection),
    ];

    /// <summary>medicine_id of a medicine by its name.</summary>
    public static int IdOf(string name)
    {
        for (var index = 0; index < Medicines.Length; index++)
        {
            if (Medicines[index].Name.StartsWith(name, StringComparison.Ordinal))
            {
                return index + 1;
            }
        }

        throw new ArgumentException($"no medicine is called {name}", nameof(name));
    }

    /// <summary>Usual doses of a form.</summary>
    public static ImmutableArray<string> DosesOf(MedicineForm form) => Doses[(int)form];

    private static readonly ImmutableArray<ImmutableArray<string>> Doses =
    [
        ["1 tablet", "1 tablet twice a day", "2 tablets", "1 tablet at night"],
        ["1 capsule", "1 capsule twice a day", "2 capsules"],
        ["5 ml", "10 ml", "15 ml twice a day"],
        ["1 puff twice a day", "2 puffs", "2 puffs as needed"],
        ["1 injection", "10 units at night", "1 injection a week"],
        ["thin layer twice a day", "thin layer at night"],
        ["1 drop in each eye", "1 drop at night"],
    ];
}
