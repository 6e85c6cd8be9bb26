import { describeContract } from './contract-suite.ts'
import { DOORS } from './doors.ts'

for (const driver of DOORS) describeContract(driver)
